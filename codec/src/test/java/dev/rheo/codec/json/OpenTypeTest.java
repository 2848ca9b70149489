package dev.rheo.codec.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Objects whose fields are described elsewhere: those of custom resources. */
class OpenTypeTest {
  private static final ObjectType TYPE = TypeTable.builtIn().customObject();

  private static ObjectNode decode(String json) {
    return ObjectDecoder.decode(
            json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), ObjectDecoder.MAX_DEPTH)
        .tree();
  }

  private static String stored(String json) {
    ObjectNode tree = decode(json);
    Canonicalizer.normalize(tree, TYPE);
    return new String(Canonicalizer.encode(tree, TYPE), StandardCharsets.UTF_8).replace('"', '\'');
  }

  @Test
  void allFieldsAreKeptAsTheyAreAndSorted() {
    assertThat(
            stored(
                "{'z':null,'a':{'c':[],'b':{}},'metadata':{'labels':{'y':'1','x':'2'},'name':'n'},"
                    + "'kind':'K','apiVersion':'g/v','n':1.0}"))
        .isEqualTo(
            "{'kind':'K','apiVersion':'g/v','metadata':{'name':'n','resourceVersion':'',"
                + "'labels':{'x':'2','y':'1'}},'a':{'b':{},'c':[]},'n':1,'z':null}");
  }

  @Test
  void metadataAreThoseOfAllObjects() {
    assertThat(Canonicalizer.unknownFields(decode("{'x':1,'metadata':{'foo':1}}"), TYPE))
        .containsExactly("unknown field \"metadata.foo\"");
    assertThatThrownBy(
            () -> Canonicalizer.normalize(decode("{'metadata':{'labels':{'a':1}}}"), TYPE))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void thereIsNoProtobuf() {
    assertThat(TYPE.hasProtobuf()).isFalse();
  }

  @Test
  void whatIsEncodedIsDecodedAgain() {
    String once = stored("{'kind':'K','apiVersion':'g/v','b':[1,'x',{'q':null}],'metadata':{}}");
    assertThat(stored(once)).isEqualTo(once);
  }
}
