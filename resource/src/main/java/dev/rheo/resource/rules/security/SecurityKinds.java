package dev.rheo.resource.rules.security;

import dev.rheo.resource.type.WriteRules;
import java.util.function.BiConsumer;

/** The rules of this package by the resource that they are for. */
public final class SecurityKinds {
  private SecurityKinds() {}

  public static void register(BiConsumer<String, WriteRules> rules) {
    rules.accept(
        "certificatesigningrequests.certificates.k8s.io", new CertificateSigningRequestRules());
    rules.accept("roles.rbac.authorization.k8s.io", new RoleRules());
    rules.accept("clusterroles.rbac.authorization.k8s.io", new ClusterRoleRules());
    rules.accept("rolebindings.rbac.authorization.k8s.io", RoleBindingRules.ofNamespace());
    rules.accept("clusterrolebindings.rbac.authorization.k8s.io", RoleBindingRules.ofCluster());
    rules.accept(
        "mutatingwebhookconfigurations.admissionregistration.k8s.io",
        new WebhookConfigurationRules(true));
    rules.accept(
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
        new WebhookConfigurationRules(false));
    rules.accept(
        "validatingadmissionpolicies.admissionregistration.k8s.io", new ValidatingPolicyRules());
    rules.accept(
        "mutatingadmissionpolicies.admissionregistration.k8s.io", new MutatingPolicyRules());
    rules.accept(
        "validatingadmissionpolicybindings.admissionregistration.k8s.io",
        new AdmissionPolicyBindingRules(false));
    rules.accept(
        "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
        new AdmissionPolicyBindingRules(true));
    rules.accept("flowschemas.flowcontrol.apiserver.k8s.io", new FlowSchemaRules());
    rules.accept(
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
        new PriorityLevelConfigurationRules());
  }
}
