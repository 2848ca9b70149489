package dev.rheo.resource.rules.network;

import dev.rheo.resource.type.WriteRules;
import java.util.function.BiConsumer;

/** The rules of this package by the resource that they are for. */
public final class NetworkKinds {
  private NetworkKinds() {}

  public static void register(BiConsumer<String, WriteRules> rules) {
    rules.accept("services", new ServiceRules());
    rules.accept("endpoints", new EndpointsRules());
    rules.accept("nodes", new NodeRules());
    rules.accept("endpointslices.discovery.k8s.io", new EndpointSliceRules());
    rules.accept("ingresses.networking.k8s.io", new IngressRules());
    rules.accept("ingressclasses.networking.k8s.io", new IngressClassRules());
    rules.accept("networkpolicies.networking.k8s.io", new NetworkPolicyRules());
    rules.accept("ipaddresses.networking.k8s.io", new IpAddressRules());
    rules.accept("servicecidrs.networking.k8s.io", new ServiceCidrRules());
    rules.accept("leases.coordination.k8s.io", new LeaseRules());
  }
}
