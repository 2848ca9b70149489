package dev.rheo.server.aggregation.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.codec.io.Meter;
import dev.rheo.resource.publish.ExtensionVersion;
import dev.rheo.resource.publish.Registration;
import dev.rheo.server.aggregation.ApiService;
import dev.rheo.server.aggregation.ApiServices;
import dev.rheo.server.aggregation.Extension;
import dev.rheo.server.aggregation.FetchedDocument;
import dev.rheo.server.outbound.CallException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExtensionDocumentsTest {
  private static final String V2 =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

  /** A server whose answers are set by the test. */
  private static final class Server implements Extension {
    final Map<String, FetchedDocument> answers = new HashMap<>();
    final List<String> asked = new ArrayList<>();

    Server() {
      discovery("v1", "things");
      answers.put(
          "/openapi/v3",
          answer(
              200,
              "application/json",
              "{'paths':{'apis/a.example.com/v1':{'serverRelativeURL':'/openapi/v3/apis/a.example.com/v1?hash=1'}}}"));
      answers.put(
          "/openapi/v2",
          answer(
              200,
              "application/json",
              "{'paths':{'/apis/a.example.com/v1/things':{'get':{'responses':{}}}}}"));
    }

    void discovery(String version, String resource) {
      answers.put(
          "/apis",
          answer(
              200,
              V2,
              "{'kind':'APIGroupDiscoveryList','apiVersion':'apidiscovery.k8s.io/v2','items':["
                  + "{'metadata':{'name':'a.example.com'},'versions':[{'version':'"
                  + version
                  + "','resources':[{'resource':'"
                  + resource
                  + "','scope':'Cluster'}]}]}]}"));
    }

    static FetchedDocument answer(int status, String type, String body) {
      return new FetchedDocument(
          status,
          Map.of("content-type", type, "etag", "\"" + body.hashCode() + "\""),
          body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public FetchedDocument fetch(
        String path, Map<String, String> headers, int maxBytes, Duration patience)
        throws CallException {
      asked.add(path);
      FetchedDocument answer = answers.get(path);
      if (answer == null) {
        throw new CallException("connection refused");
      }
      String known = headers.get("If-None-Match");
      if (known != null && known.equals(answer.header("etag"))) {
        return new FetchedDocument(304, Map.of(), new byte[0]);
      }
      return answer;
    }

    @Override
    public int delete(String path, byte[] options, Duration patience) {
      throw new AssertionError(path);
    }
  }

  private final Server server = new Server();
  private ApiServices services = ApiServices.NONE;
  private long now = 5;
  private long room = 1 << 20;
  private final ExtensionDocuments documents =
      new ExtensionDocuments(() -> services, Meter::another, () -> room, () -> now);

  private static ApiService service(
      String version, boolean available, @Nullable Extension extension) {
    return new ApiService(
        version + ".a.example.com",
        "uid-" + version,
        "a.example.com",
        version,
        100,
        10,
        extension == null,
        available,
        extension);
  }

  private void serve(ApiService... all) {
    services = new ApiServices(List.of(all));
  }

  private void work() {
    documents.due().forEach(Runnable::run);
  }

  private void pass(Duration time) {
    now += time.toNanos();
    work();
  }

  private ExtensionVersion only() {
    assertThat(documents.versions()).hasSize(1);
    return documents.versions().getFirst();
  }

  @Test
  void aServerIsAskedAtOnceAndForOpenApiAfterASecond() {
    serve(service("v1", true, server));
    work();
    assertThat(server.asked).containsExactly("/apis");
    assertThat(only().current()).isTrue();
    assertThat(only().resources()).contains("\"resource\":\"things\"");
    assertThat(documents.untilNext()).isEqualTo(Duration.ofSeconds(1));
    pass(Duration.ofSeconds(1));
    assertThat(server.asked).containsExactly("/apis", "/openapi/v3", "/openapi/v2");
    assertThat(documents.openApi().specs()).hasSize(1);
    assertThat(documents.openApi().urls()).containsKey("apis/a.example.com/v1");
    assertThat(documents.server("apis/a.example.com/v1").name()).isEqualTo("v1.a.example.com");
    assertThat(documents.bytes()).isPositive();
  }

  @Test
  void whatHasNotChangedIsKeptAsItIs() {
    serve(service("v1", true, server));
    work();
    pass(Duration.ofSeconds(1));
    List<ExtensionVersion> versions = documents.versions();
    var specs = documents.openApi().specs();
    server.asked.clear();
    pass(Duration.ofSeconds(61));
    assertThat(server.asked).containsExactlyInAnyOrder("/apis", "/openapi/v3", "/openapi/v2");
    assertThat(documents.versions()).isSameAs(versions);
    assertThat(documents.openApi().specs()).isSameAs(specs);
  }

  @Test
  void aChangeIsSeenAfterAMinute() {
    serve(service("v1", true, server));
    work();
    server.discovery("v1", "others");
    pass(Duration.ofSeconds(59));
    assertThat(only().resources()).contains("things");
    pass(Duration.ofSeconds(1));
    assertThat(only().resources()).contains("others");
  }

  @Test
  void aServerThatCannotBeAskedIsStaleAndAskedAgainEverLater() {
    server.answers.clear();
    serve(service("v1", true, server));
    work();
    assertThat(only().current()).isFalse();
    assertThat(only().resources()).isEmpty();
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      Duration wait = documents.untilNext();
      waits.add(wait);
      now += wait.toNanos();
      documents.due().forEach(Runnable::run);
    }
    assertThat(server.asked.stream().filter("/apis"::equals).count()).isGreaterThan(4);
    assertThat(waits.getFirst()).isEqualTo(Duration.ofMillis(500));
    server.discovery("v1", "things");
    pass(Duration.ofMinutes(1));
    assertThat(only().current()).isTrue();
  }

  @Test
  void oneThatIsNotAvailableIsNotAsked() {
    serve(service("v1", false, server));
    work();
    assertThat(server.asked).isEmpty();
    assertThat(only().current()).isFalse();
    serve(service("v1", true, server));
    work();
    assertThat(only().current()).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(documents.openApi().specs()).hasSize(1);
    serve(service("v1", false, server));
    work();
    assertThat(only().current()).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(documents.openApi().specs()).isEmpty();
  }

  @Test
  void whatIsGoneIsForgotten() {
    serve(service("v1", true, server));
    work();
    pass(Duration.ofSeconds(1));
    serve();
    work();
    assertThat(documents.versions()).isEmpty();
    assertThat(documents.openApi().specs()).isEmpty();
    assertThat(documents.openApi().urls()).isEmpty();
    assertThat(documents.server("apis/a.example.com/v1")).isNull();
    assertThat(documents.bytes()).isZero();
  }

  @Test
  void anAnswerToAQuestionOfYesterdayIsDropped() {
    serve(service("v1", true, server));
    List<Runnable> calls = documents.due();
    serve();
    work();
    calls.forEach(Runnable::run);
    assertThat(documents.versions()).isEmpty();
  }

  @Test
  void theOldDocumentIsAskedForIfThereIsNoAggregatedOne() {
    server.answers.put("/apis", Server.answer(200, "application/json", "{'kind':'APIGroupList'}"));
    server.answers.put(
        "/apis/a.example.com/v1",
        Server.answer(
            200,
            "application/json",
            "{'kind':'APIResourceList','resources':[{'name':'old','kind':'Old'}]}"));
    serve(service("v1", true, server));
    work();
    assertThat(only().resources()).contains("\"resource\":\"old\"");
    assertThat(only().current()).isTrue();
  }

  @Test
  void nonsenseChangesNothingForOthers() {
    Server other = new Server();
    other.answers.replaceAll((path, any) -> Server.answer(200, V2, "nonsense"));
    other.answers.put(
        "/openapi/v3", Server.answer(200, V2, "{'paths':{'x':{'serverRelativeURL':5}}}"));
    serve(service("v1", true, server), service("v2", true, other));
    work();
    pass(Duration.ofSeconds(1));
    assertThat(documents.versions())
        .extracting(ExtensionVersion::version, ExtensionVersion::current)
        .containsExactly(Tuple.tuple("v1", true), Tuple.tuple("v2", false));
    assertThat(documents.openApi().specs()).hasSize(1);
    assertThat(documents.openApi().urls()).hasSize(1);
  }

  @Test
  void whatHasNoRoomIsNotKept() {
    room = 10;
    serve(service("v1", true, server));
    work();
    pass(Duration.ofSeconds(1));
    assertThat(only().current()).isFalse();
    assertThat(documents.bytes()).isZero();
    room = 1 << 20;
    pass(Duration.ofMinutes(1));
    assertThat(only().current()).isTrue();
  }

  @Test
  void onlySoManyAreAskedAtOnce() {
    ApiService[] many = new ApiService[20];
    for (int i = 0; i < many.length; i++) {
      many[i] = service("v" + (i + 1), true, server);
    }
    serve(many);
    List<Runnable> first = documents.due();
    assertThat(first).hasSize(DocumentKind.DISCOVERY.atOnce);
    assertThat(documents.due()).isEmpty();
    first.getFirst().run();
    assertThat(documents.due()).hasSize(1);
  }

  @Test
  void theApiServicesAreRegisteredWhoeverServesThem() {
    serve(service("v1", false, server), service("v2", true, null));
    List<Registration> all = documents.registrations();
    assertThat(all).extracting(Registration::version).containsExactly("v1", "v2");
    serve(service("v1", true, server), service("v2", true, null));
    assertThat(documents.registrations()).isSameAs(all);
    work();
    assertThat(only().version()).isEqualTo("v1");
  }

  @Test
  void aServerWithoutVersion3HasItsDocumentConverted() {
    server.answers.put("/openapi/v3", Server.answer(404, "text/plain", "404 page not found"));
    serve(service("v1", true, server));
    work();
    pass(Duration.ofSeconds(1));
    assertThat(documents.openApi().documents()).containsOnlyKeys("apis/a.example.com/v1");
    assertThat(documents.openApi().urls().get("apis/a.example.com/v1"))
        .startsWith("/openapi/v3/apis/a.example.com/v1?hash=");
    assertThat(documents.server("apis/a.example.com/v1")).isNull();
    Map<String, String> urls = documents.openApi().urls();
    pass(Duration.ofMinutes(1));
    assertThat(documents.openApi().urls()).isSameAs(urls);
  }

  @Test
  void theSpecOfAServerThatFailsIsLeftOutAndItsUrlsStay() {
    serve(service("v1", true, server));
    work();
    pass(Duration.ofSeconds(1));
    server.answers.clear();
    pass(Duration.ofMinutes(1));
    assertThat(documents.openApi().specs()).isEmpty();
    assertThat(documents.openApi().urls()).isNotEmpty();
  }
}
