package dev.rheo.resource.rules.network;

import dev.rheo.api.net.Cidr;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Rules for writes of network policies. */
final class NetworkPolicyRules extends KindRules {
  private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");
  private static final List<String> TYPES = List.of("Ingress", "Egress");

  /**
   * @param anyLabelValues whether selectors may have values that no label has, as the old object's
   * @param ranges those of the old object, which stay valid
   */
  private record Tolerance(boolean anyLabelValues, Set<String> ranges) {}

  @Override
  protected void checkCreate(Field policy) {
    check(policy.at("spec"), new Tolerance(false, Set.of()));
  }

  @Override
  protected void checkUpdate(Field policy, Field old) {
    Set<String> ranges = new HashSet<>();
    eachBlock(
        old.at("spec"),
        block -> {
          ranges.add(block.at("cidr").text());
          ranges.addAll(block.at("except").texts());
        });
    FieldErrors errors = new FieldErrors();
    LabelSelectors.validate(Field.root(old.at("spec", "podSelector").object(), errors));
    check(policy.at("spec"), new Tolerance(!errors.isEmpty(), ranges));
  }

  private static void check(Field spec, Tolerance tolerance) {
    LabelSelectors.validate(spec.at("podSelector"), tolerance.anyLabelValues);
    eachRule(
        spec,
        (rule, peers) -> {
          rule.at("ports").items().forEach(NetworkPolicyRules::port);
          rule.at(peers).items().forEach(peer -> peer(peer, tolerance));
        });
    Field types = spec.at("policyTypes");
    if (types.size() > TYPES.size()) {
      types.invalid("may not specify more than two policyTypes");
      return;
    }
    types.items().forEach(type -> type.oneOf(TYPES));
  }

  private static void eachRule(Field spec, BiConsumer<Field, String> action) {
    spec.at("ingress").items().forEach(rule -> action.accept(rule, "from"));
    spec.at("egress").items().forEach(rule -> action.accept(rule, "to"));
  }

  private static void eachBlock(Field spec, Consumer<Field> action) {
    eachRule(
        spec,
        (rule, peers) -> {
          for (Field peer : rule.at(peers).items()) {
            if (peer.at("ipBlock").present()) {
              action.accept(peer.at("ipBlock"));
            }
          }
        });
  }

  private static void port(Field at) {
    if (at.at("protocol").present()) {
      at.at("protocol").oneOf(PROTOCOLS);
    }
    Field port = at.at("port");
    Field end = at.at("endPort");
    boolean named = port.node() != null && port.node().isTextual();
    if (port.absent()) {
      if (end.present()) {
        end.invalid("may not be specified when `port` is not specified");
      }
    } else if (named) {
      if (end.present()) {
        end.invalid("may not be specified when `port` is non-numeric");
      }
      port.check(Syntax::portName);
    } else {
      Syntax.port(port);
      if (end.present()) {
        if (end.number() < port.number()) {
          // upstream shows the other port
          end.invalid(port.number(), "must be greater than or equal to `port`");
        }
        Syntax.port(end);
      }
    }
  }

  private static void peer(Field peer, Tolerance tolerance) {
    Field pods = peer.at("podSelector");
    Field namespaces = peer.at("namespaceSelector");
    Field block = peer.at("ipBlock");
    LabelSelectors.validate(pods, tolerance.anyLabelValues);
    LabelSelectors.validate(namespaces, tolerance.anyLabelValues);
    if (block.present()) {
      block(block, tolerance);
      if (pods.present() || namespaces.present()) {
        peer.forbidden("may not specify both ipBlock and another peer");
      }
    } else if (pods.absent() && namespaces.absent()) {
      peer.required("must specify a peer");
    }
  }

  private static void block(Field block, Tolerance tolerance) {
    Field range = block.at("cidr");
    if (!range.need("")) {
      return;
    }
    Addresses.legacyCidr(range, range.text(), tolerance.ranges);
    Cidr cidr = Cidr.parse(range.text());
    if (cidr == null) {
      return;
    }
    for (Field except : block.at("except").items()) {
      Addresses.legacyCidr(except, except.text(), tolerance.ranges);
      Cidr part = Cidr.parse(except.text());
      if (part != null && (!cidr.contains(part.network()) || cidr.bits() >= part.bits())) {
        except.invalid("must be a strict subset of `cidr`");
      }
    }
  }

  @Override
  protected void warn(Field policy, Field old, Consumer<String> warnings) {
    eachBlock(
        policy.at("spec"),
        block -> {
          Addresses.warnCidr(block.at("cidr"), warnings);
          block.at("except").items().forEach(except -> Addresses.warnCidr(except, warnings));
        });
  }
}
