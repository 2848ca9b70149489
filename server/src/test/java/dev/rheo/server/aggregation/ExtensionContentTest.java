package dev.rheo.server.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.server.outbound.CallException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ExtensionContentTest {
  private static final String VERSION = "/apis/e.example.com/v1";

  /** An extension with two namespaced resources and one that is not. */
  private static final class Server implements Extension {
    final Set<String> objects = new TreeSet<>();
    final List<String> deleted = new ArrayList<>();
    final Set<String> held = new TreeSet<>();
    boolean gone;

    @Override
    public FetchedDocument fetch(String path, Map<String, String> headers, int most, Duration time)
        throws CallException {
      if (gone) {
        throw new CallException("EOF");
      }
      if (path.equals(VERSION) || path.equals("/apis/e.example.com/v2")) {
        return answer(
            """
            {"resources":[
             {"name":"things","namespaced":true,"verbs":["delete","deletecollection","get","list"]},
             {"name":"things/status","namespaced":true,"verbs":["get","list","delete"]},
             {"name":"parts","namespaced":true,"verbs":["delete","get","list"]},
             {"name":"views","namespaced":true,"verbs":["get","list"]},
             {"name":"worlds","namespaced":false,"verbs":["delete","list"]}]}""");
      }
      int limit = Integer.parseInt(path.substring(path.indexOf("limit=") + 6));
      String collection = path.substring(path.lastIndexOf('/') + 1, path.indexOf('?')) + "/";
      return answer(
          "{\"items\":["
              + String.join(
                  ",",
                  objects.stream()
                      .filter(each -> each.startsWith(collection))
                      .limit(limit)
                      .map(
                          each ->
                              "{\"metadata\":{\"name\":\"%s\"}}"
                                  .formatted(each.substring(collection.length())))
                      .toList())
              + "]}");
    }

    @Override
    public int delete(String path, byte[] options, Duration time) {
      deleted.add(path);
      String what = path.substring((VERSION + "/namespaces/ns/").length());
      objects.removeIf(
          each -> !held.contains(each) && (each.equals(what) || each.startsWith(what + "/")));
      return 200;
    }

    private static FetchedDocument answer(String json) {
      return new FetchedDocument(200, Map.of(), json.getBytes(StandardCharsets.UTF_8));
    }
  }

  private final Server server = new Server();

  private boolean delete(boolean available) {
    ApiService v1 =
        new ApiService(
            "v1.e.example.com", "", "e.example.com", "v1", 1, 9, false, available, server);
    ApiService v2 =
        new ApiService(
            "v2.e.example.com", "", "e.example.com", "v2", 1, 5, false, available, server);
    ApiService local = new ApiService("v1.apps", "", "apps", "v1", 1, 1, true, true, null);
    ApiServices services = new ApiServices(List.of(local, v2, v1));
    return new ExtensionContent(() -> services).delete("ns", () -> false);
  }

  @Test
  void objectsGoAsACollectionOrOneByOne() {
    for (int i = 0; i < 100; i++) {
      server.objects.add("parts/%03d".formatted(i));
    }
    server.objects.add("things/a");
    assertThat(delete(true)).isTrue();
    assertThat(server.objects).isEmpty();
    assertThat(server.deleted)
        .hasSize(101)
        .contains(VERSION + "/namespaces/ns/things", VERSION + "/namespaces/ns/parts/099");
  }

  @Test
  void whatIsLeftIsTold() {
    server.objects.addAll(List.of("things/a", "things/b"));
    server.held.add("things/b");
    assertThat(delete(true)).isFalse();
    assertThat(server.objects).containsExactly("things/b");
    server.held.clear();
    assertThat(delete(true)).isTrue();
  }

  @Test
  void whatCannotBeAskedMayHaveObjects() {
    assertThat(delete(false)).isFalse();
    assertThat(server.deleted).isEmpty();
    server.gone = true;
    assertThat(delete(true)).isFalse();
  }
}
