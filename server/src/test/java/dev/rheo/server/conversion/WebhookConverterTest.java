package dev.rheo.server.conversion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.server.outbound.Connections;
import dev.rheo.server.outbound.ServiceResolver;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages are those that kube-apiserver 1.36.3 gave with a webhook of the same answers. */
@Timeout(60)
class WebhookConverterTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FOR_V1 = "conversion webhook for example.com/v1, Kind=Lamp";

  private Hook hook;

  @BeforeEach
  void start() throws Exception {
    hook = new Hook(WebhookConverterTest::good);
  }

  @AfterEach
  void stop() throws Exception {
    hook.close();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static ObjectNode lamp(String name) {
    return (ObjectNode)
        json(
            """
            {'apiVersion':'example.com/v1','kind':'Lamp','metadata':{'name':'%s','namespace':'ns',
            'uid':'u','resourceVersion':'7','labels':{'a':'1'},'generation':3},'spec':{'watts':1}}"""
                .formatted(name));
  }

  private static byte[] good(String request) {
    return Hook.ok(review(request, o -> o).toString());
  }

  /** The answer of a webhook that converts as it should, changed. */
  private static JsonNode review(String request, Function<ObjectNode, ObjectNode> change) {
    JsonNode asked = json(request.substring(request.indexOf("\r\n\r\n"))).path("request");
    ObjectNode review =
        (ObjectNode)
            json(
                """
                {'apiVersion':'apiextensions.k8s.io/v1','kind':'ConversionReview','response':{
                'convertedObjects':[],'result':{'status':'Success'}}}""");
    ObjectNode response = (ObjectNode) review.path("response");
    response.set("uid", asked.get("uid"));
    for (JsonNode object : asked.path("objects")) {
      ObjectNode converted = object.deepCopy();
      converted.set("apiVersion", asked.get("desiredAPIVersion"));
      converted.putObject("spec").put("lumens", 800);
      response.withArray("convertedObjects").add(converted);
    }
    return change.apply(review);
  }

  private WebhookConverter converter(String url, ServiceResolver services, Duration patience)
      throws Exception {
    JsonNode webhook =
        json(
            "{'conversionReviewVersions':['v1'],'clientConfig':{%s,'caBundle':'%s'}}"
                .formatted(url, hook.bundle()));
    return new WebhookConverter(
        webhook, new Connections(services), Clock.systemUTC(), () -> "r1", patience);
  }

  private WebhookConverter converter() throws Exception {
    return converter(url("localhost"), none(), Duration.ofSeconds(20));
  }

  private String url(String host) {
    return "'url':'https://" + host + ":" + hook.port() + "/convert'";
  }

  private static ServiceResolver none() {
    return (namespace, name, port) -> {
      throw new AssertionError("there is no service");
    };
  }

  private void refused(WebhookConverter converter, String message) {
    assertThatThrownBy(() -> converter.convert(List.of(lamp("a")), "example.com/v2"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(500);
              assertThat(e.reason()).isEmpty();
              assertThat(e).hasMessage(message.replace("PORT", Integer.toString(hook.port())));
            });
  }

  @Test
  void ofMetadataOnlyLabelsAndAnnotationsAreTakenOver() throws Exception {
    hook.answer(
        request ->
            Hook.ok(
                review(
                        request,
                        review -> {
                          ObjectNode metadata =
                              (ObjectNode) review.at("/response/convertedObjects/0/metadata");
                          metadata.putObject("labels").put("b", "2");
                          metadata.putObject("annotations").put("c", "3");
                          metadata.put("generation", 99).putArray("finalizers").add("f");
                          return review;
                        })
                    .toString()));
    ObjectNode given = lamp("a");
    List<ObjectNode> converted = converter().convert(List.of(given), "example.com/v2");
    assertThat(given).isEqualTo(lamp("a"));
    assertThat(converted)
        .containsExactly(
            (ObjectNode)
                json(
                    """
                    {'apiVersion':'example.com/v2','kind':'Lamp','metadata':{'name':'a','namespace':'ns','uid':'u',
                    'resourceVersion':'7','labels':{'b':'2'},'annotations':{'c':'3'},'generation':3},
                    'spec':{'lumens':800}}"""));
    assertThat(hook.requests.getFirst())
        .startsWith("POST /convert?timeout=30s HTTP/1.1\r\nHost: localhost:" + hook.port())
        .contains(
            "\"request\":{\"uid\":\"r1\",\"desiredAPIVersion\":\"example.com/v2\",\"objects\":[{")
        .doesNotContain("resourceVersion");
  }

  @Test
  void severalObjectsGoWithOneQuestionAndConnectionsAreUsedAgain() throws Exception {
    WebhookConverter converter = converter();
    for (int i = 0; i < 3; i++) {
      assertThat(converter.convert(List.of(lamp("a"), lamp("b")), "example.com/v2"))
          .extracting(object -> object.at("/metadata/name").asText())
          .containsExactly("a", "b");
    }
    assertThat(hook.requests).hasSize(3);
    assertThat(hook.connections).hasValue(1);
  }

  @Test
  void aConnectionThatTheWebhookClosedIsOpenedAgain() throws Exception {
    WebhookConverter converter = converter();
    hook.answer(
        request -> {
          String answer = review(request, o -> o).toString();
          return Hook.http("200 OK", "Connection: close\r\n", answer);
        });
    converter.convert(List.of(lamp("a")), "example.com/v2");
    converter.convert(List.of(lamp("a")), "example.com/v2");
    assertThat(hook.connections).hasValue(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/response/uid|'x'| failed: expected response.uid=\"r1\", got \"x\"",
        "/response/uid|7| failed: json: cannot unmarshal number into Go struct field ConversionResponse.response.uid of type types.UID",
        "/response/result/status|'Failure'| failed: response.result.status was 'Failure', not 'Success'",
        "/response/result|{'status':'Failure','message':'no'}| failed: no",
        "/response/result|{}| failed: response.result.status was '', not 'Success'",
        "/response/convertedObjects|[]| returned 0 objects, expected 1",
        "/response/convertedObjects|null| returned 0 objects, expected 1",
        "/response/convertedObjects/0/apiVersion|'x/v9'| returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received x/v9)",
        "/response/convertedObjects/0/kind|'Foo'| returned invalid object at index 0: invalid kind (expected Lamp, received Foo)",
        "/response/convertedObjects/0/metadata/name|'b'| returned invalid object: must have the same name: a != b",
        "/response/convertedObjects/0/metadata/uid|'b'| returned invalid object: must have the same UID: u != b",
        "/response/convertedObjects/0/metadata|'x'|`returned invalid object: must have the same name: a != `",
        "/response/convertedObjects/0/metadata/labels|{'a':1}| returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object",
        "/response/convertedObjects/0/metadata/annotations|'x'| returned invalid metadata: invalid metadata.annotations of type string in converted object",
        "/response|null| failed: no response provided",
        "/response|'x'| failed: json: cannot unmarshal string into Go struct field ConversionReview.response of type v1.ConversionResponse",
        "/kind|'Foo'| failed: no kind \"Foo\" is registered for version \"apiextensions.k8s.io/v1\" in scheme \"pkg/runtime/scheme.go:111\"",
        "/kind|''| failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got apiextensions.k8s.io/v1, Kind=",
        "/apiVersion|'apiextensions.k8s.io/v1beta1'| failed: converting (v1beta1.ConversionReview) to (v1.ConversionReview): unknown conversion",
      })
  void anAnswerThatLiesIsRefused(String place, String value, String message) throws Exception {
    hook.answer(
        request ->
            Hook.ok(
                review(
                        request,
                        review -> {
                          int last = place.lastIndexOf('/');
                          ((ObjectNode) review.at(place.substring(0, last)))
                              .set(place.substring(last + 1), json(value));
                          return review;
                        })
                    .toString()));
    refused(converter(), FOR_V1 + " " + message);
  }

  @Test
  void anAnswerThatIsNoneIsRefused() throws Exception {
    String url = "Post \"https://localhost:PORT/convert?timeout=30s\": ";
    Map<byte[], String> answers =
        Map.of(
            Hook.ok("<html>"),
            "couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }",
            Hook.ok(""),
            "0-length response with status code: 200 and content type: application/json",
            Hook.http("404 Not Found", "Content-Type: text/plain\r\n", "x"),
            "the server could not find the requested resource",
            Hook.http("500 Oops", "Content-Type: text/plain\r\n", "oh \"no\"\n"),
            "an error on the server (\"oh \\\"no\\\"\") has prevented the request from succeeding",
            Hook.http("200 OK", "Content-Type: a/b/c\r\n", "{}"),
            "Internal error occurred: mime: unexpected content after media subtype",
            "hello there\r\n\r\n".getBytes(StandardCharsets.UTF_8),
            url
                + "net/http: HTTP/1.x transport connection broken: malformed HTTP status code \"there\"",
            "HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\n{"
                .getBytes(StandardCharsets.UTF_8),
            "unexpected error when reading response body. Please retry. Original error: unexpected EOF",
            Hook.http("307 Go on", "Location: /convert\r\n", ""),
            "Post \"/convert\": stopped after 10 redirects");
    for (Map.Entry<byte[], String> each : answers.entrySet()) {
      hook.answer(any -> each.getKey());
      refused(converter(), FOR_V1 + " failed: " + each.getValue());
    }
  }

  @Test
  void anAnswerIsReadNoFurtherThanItMayBeLong() throws Exception {
    hook.answer(
        any ->
            "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"
                .getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> converter().convert(List.of(lamp("a")), "example.com/v2"))
        .hasMessageContaining("the response is longer than");
    String endless = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    String chunk = "100000\r\n" + " ".repeat(1 << 20) + "\r\n";
    hook.answer(any -> (endless + chunk.repeat(6)).getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> converter().convert(List.of(lamp("a")), "example.com/v2"))
        .hasMessageContaining("the response is longer than");
  }

  @Test
  void aWebhookThatHangsIsLeftInTime() throws Exception {
    hook.answer(any -> new byte[0]);
    refused(
        converter(url("localhost"), none(), Duration.ofMillis(300)),
        FOR_V1
            + " failed: Post \"https://localhost:PORT/convert?timeout=30s\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
    hook.answer(
        any -> "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(
            () ->
                converter(url("localhost"), none(), Duration.ofMillis(300))
                    .convert(List.of(lamp("a")), "example.com/v2"))
        .hasMessageContaining("while reading body");
  }

  @Test
  void theCertificateMustBeTrustedAndForTheHost() throws Exception {
    refused(
        converter(url("127.0.0.2"), none(), Duration.ofSeconds(5)),
        FOR_V1
            + " failed: Post \"https://127.0.0.2:PORT/convert?timeout=30s\": dial tcp 127.0.0.2:PORT: connect: connection refused");
    JsonNode webhook =
        json("{'conversionReviewVersions':['v1'],'clientConfig':{" + url("localhost") + "}}");
    refused(
        new WebhookConverter(
            webhook, new Connections(none()), Clock.systemUTC(), () -> "r1", Duration.ofSeconds(5)),
        FOR_V1
            + " failed: Post \"https://localhost:PORT/convert?timeout=30s\": tls: failed to verify certificate: x509: certificate signed by unknown authority");
    ServiceResolver here =
        (namespace, name, port) -> new InetSocketAddress("127.0.0.1", hook.port());
    refused(
        converter("'service':{'namespace':'other','name':'hook'}", here, Duration.ofSeconds(5)),
        FOR_V1
            + " failed: Post \"https://hook.other.svc:443/?timeout=30s\": tls: failed to verify certificate: x509: certificate is valid for localhost, hook.ns.svc, not hook.other.svc");
  }

  @Test
  void aServiceIsReachedAtItsAddressUnderItsName() throws Exception {
    ServiceResolver here =
        (namespace, name, port) -> {
          assertThat(namespace + "/" + name + ":" + port).isEqualTo("ns/hook:8443");
          return new InetSocketAddress("127.0.0.1", hook.port());
        };
    WebhookConverter converter =
        converter(
            "'service':{'namespace':'ns','name':'hook','port':8443,'path':'/x'}",
            here,
            Duration.ofSeconds(20));
    assertThat(converter.convert(List.of(lamp("a")), "example.com/v2")).hasSize(1);
    assertThat(hook.requests.getFirst())
        .startsWith("POST /x?timeout=30s HTTP/1.1\r\nHost: hook.ns.svc:8443\r\n");
  }
}
