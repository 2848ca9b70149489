package dev.rheo.api.name;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {
  private static final String LABEL_FAULT =
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and"
          + " must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
          + "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

  @Test
  void dnsLabel() {
    assertThat(Names.dnsLabel("a-1")).isEmpty();
    assertThat(Names.dnsLabel("a".repeat(63))).isEmpty();
    assertThat(Names.dnsLabel("a".repeat(64)))
        .containsExactly("must be no more than 63 characters");
    assertThat(Names.dnsLabel("a.b")).containsExactly("must not contain dots");
    assertThat(Names.dnsLabel("A")).containsExactly(LABEL_FAULT);
    assertThat(Names.dnsLabel("-a")).containsExactly(LABEL_FAULT);
    assertThat(Names.dnsLabel("a\n")).containsExactly(LABEL_FAULT);
    assertThat(Names.dnsLabel("")).containsExactly(LABEL_FAULT);
  }

  @Test
  void dnsSubdomain() {
    assertThat(Names.dnsSubdomain("a.b-c.1")).isEmpty();
    assertThat(Names.dnsSubdomain("a..b")).hasSize(1);
    assertThat(Names.dnsSubdomain("a.".repeat(126) + "ab"))
        .containsExactly("must be no more than 253 characters");
  }

  @Test
  void pathSegment() {
    assertThat(Names.pathSegment("system:node:x")).isEmpty();
    assertThat(Names.pathSegment("..")).containsExactly("may not be '..'");
    assertThat(Names.pathSegment("a/b%"))
        .containsExactly("may not contain '/'", "may not contain '%'");
  }

  @Test
  void labelKey() {
    assertThat(Names.labelKey("app")).isEmpty();
    assertThat(Names.labelKey("kubernetes.io/Name_1")).isEmpty();
    assertThat(Names.labelKey("/a")).containsExactly("prefix part must be non-empty");
    assertThat(Names.labelKey("a/b/c"))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("a valid label key ");
    assertThat(Names.labelKey("a/")).hasSize(2).contains("name part must be non-empty");
    assertThat(Names.labelKey("a".repeat(64)))
        .containsExactly("name part must be no more than 63 bytes");
  }

  @Test
  void labelValue() {
    assertThat(Names.labelValue("")).isEmpty();
    assertThat(Names.labelValue("a_B.c-1")).isEmpty();
    assertThat(Names.labelValue("a b")).hasSize(1);
    assertThat(Names.labelValue("é".repeat(40))).hasSize(2);
  }

  @Test
  void aPrefixMayEndInADash() {
    assertThat(Names.Kind.DNS_LABEL.validatePrefix("web-")).isEmpty();
    assertThat(Names.Kind.DNS_LABEL.validate("web-")).isNotEmpty();
    assertThat(Names.Kind.DNS_SUBDOMAIN.validatePrefix("a.web-")).isEmpty();
    assertThat(Names.Kind.DNS_LABEL.validatePrefix("-")).isNotEmpty();
  }

  @Test
  void generatedNamesKeepWithin63Characters() {
    assertThat(Names.generate("web-", bound -> 0)).isEqualTo("web-bbbbb");
    assertThat(Names.generate("x".repeat(70), bound -> bound - 1))
        .isEqualTo("x".repeat(58) + "99999");
  }

  @Test
  void groupsAndVersions() {
    assertThat(new GroupResource("", "pods")).hasToString("pods");
    assertThat(new GroupResource("apps", "deployments")).hasToString("deployments.apps");
    assertThat(GroupVersionKind.of("v1", "Pod")).isEqualTo(new GroupVersionKind("", "v1", "Pod"));
    assertThat(GroupVersionKind.of("apps/v1", "Deployment").apiVersion()).isEqualTo("apps/v1");
    assertThat(new GroupVersionResource("", "v1", "pods").apiVersion()).isEqualTo("v1");
    assertThat(List.of(GroupVersionKind.of("v1", "Pod").toString()))
        .containsExactly("/v1, Kind=Pod");
  }
}
