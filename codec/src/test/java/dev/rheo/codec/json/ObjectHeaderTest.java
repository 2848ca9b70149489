package dev.rheo.codec.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectHeaderTest {
  private static final String FORM =
      """
      {"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","namespace":"n","uid":"u","resourceVersion":"","deletionTimestamp":"2020-01-01T00:00:00Z","labels":{"a":"1","b":"é\\u003c"}},"spec":{"nodeName":"node","containers":[{"name":"}]\\""}]},"status":{"podIPs":[{"ip":"1.2.3.4"},{"ip":"5"}]}}""";

  @Test
  void offsetsPointWhereTheyShould() {
    ObjectHeader header =
        ObjectHeader.scan(FORM.getBytes(UTF_8), List.of(SelectableField.string("spec.nodeName")));
    String bytes = new String(FORM.getBytes(UTF_8), java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(header.name()).isEqualTo("p");
    assertThat(header.namespace()).isEqualTo("n");
    assertThat(header.uid()).isEqualTo("u");
    assertThat(header.deleting()).isTrue();
    assertThat(header.labels()).containsExactly("a", "1", "b", "é<");
    assertThat(header.fieldValues()).containsExactly("node");
    assertThat(bytes.substring(header.metadataOffset())).startsWith("\"metadata\":{\"name\"");
    assertThat(bytes.substring(0, header.metadataEnd())).endsWith("}}");
    assertThat(bytes.substring(header.metadataEnd())).startsWith(",\"spec\"");
    assertThat(
            new String(
                RevisionSplice.splice(FORM.getBytes(UTF_8), header.revisionOffset(), 42), UTF_8))
        .isEqualTo(FORM.replace("\"resourceVersion\":\"\"", "\"resourceVersion\":\"42\""));
  }

  @Test
  void pathsMayHaveIndicesAndAlternatives() {
    List<SelectableField> fields =
        List.of(
            SelectableField.or("status.podIP", "status.podIPs.0.ip"),
            SelectableField.or("source", "source.component", "reportingComponent"),
            SelectableField.bool("spec.hostNetwork"),
            SelectableField.integer("status.replicas"),
            SelectableField.string("metadata.namespace"));
    assertThat(ObjectHeader.scan(FORM.getBytes(UTF_8), fields).fieldValues())
        .containsExactly("1.2.3.4", "", "false", "0", "n");
    String event = "{\"reportingComponent\":\"r\",\"source\":{\"component\":\"%s\"}}";
    assertThat(ObjectHeader.scan(event.formatted("").getBytes(UTF_8), fields).fieldValues().get(1))
        .isEqualTo("r");
    assertThat(ObjectHeader.scan(event.formatted("c").getBytes(UTF_8), fields).fieldValues().get(1))
        .isEqualTo("c");
  }

  /** The text after the last requested value is not JSON. */
  @Test
  void stopsWhenEverythingIsKnown() {
    byte[] form = (FORM.substring(0, FORM.indexOf(",\"status\"")) + ",!!!").getBytes(UTF_8);
    assertThat(ObjectHeader.scan(form, List.of()).name()).isEqualTo("p");
    assertThat(
            ObjectHeader.scan(form, List.of(SelectableField.string("spec.nodeName"))).fieldValues())
        .containsExactly("node");
    assertThatThrownBy(
            () -> ObjectHeader.scan(form, List.of(SelectableField.string("status.phase"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withoutMetadataThereAreNoOffsets() {
    ObjectHeader header =
        ObjectHeader.scan("{\"a\":[{\"metadata\":{\"name\":\"x\"}}]}".getBytes(UTF_8), List.of());
    assertThat(header.name()).isEmpty();
    assertThat(header.metadataOffset()).isEqualTo(-1);
    assertThat(header.revisionOffset()).isEqualTo(-1);
  }

  @Test
  void digitsAreCounted() {
    for (long revision : new long[] {0, 9, 10, 99, 100, 999_999_999_999L, Long.MAX_VALUE}) {
      assertThat(RevisionSplice.digits(revision)).isEqualTo(Long.toString(revision).length());
      assertThat(new String(RevisionSplice.toBytes(revision), UTF_8))
          .isEqualTo(Long.toString(revision));
    }
    assertThatThrownBy(() -> RevisionSplice.digits(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RevisionSplice.splice(new byte[3], -1, 5))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> RevisionSplice.splice(new byte[3], 2, 2, 5))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
