package dev.rheo.client.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Streams are read the same however they are cut into pieces. */
class StreamsTest {
  private static final String EVENTS =
      """
      {"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a","namespace":"n","resourceVersion":"5"},"x":"}{\\"\\\\"}}
      {"object":{"metadata":{"annotations":{"name":"no"},"resourceVersion":"6","name":"ü"}},"type":"MODIFIED"}{"type":"DELETED","more":[1,{"a":null}],"object":{"spec":{"metadata":{"name":"no"}},"metadata":{"name":"c"}}}

      {"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}}
      """;

  private static final String LIST =
      """
      {"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"77","continue":"a\\u002bb"},
       "items":[ {"metadata":{"name":"a"}},{"metadata":{"name":"b"}} ] }""";

  @Test
  void eventsAreTheSameHoweverTheyAreCut() throws IOException {
    List<String> whole = events(new ByteArrayInputStream(EVENTS.getBytes(StandardCharsets.UTF_8)));
    assertThat(whole)
        .containsExactly("ADDED n/a 5", "MODIFIED ü 6", "DELETED c ", "BOOKMARK 9 true");
    for (int seed = 0; seed < 200; seed++) {
      assertThat(events(new Pieces(EVENTS, seed))).as("seed %d", seed).isEqualTo(whole);
    }
  }

  @Test
  void anEventIsReadWhenItsLastByteHasCome() throws IOException {
    byte[] first = EVENTS.substring(0, EVENTS.indexOf('\n')).getBytes(StandardCharsets.UTF_8);
    InputStream thenNothing =
        new InputStream() {
          private int at;

          @Override
          public int read() {
            assertThat(at).as("bytes that are needed").isLessThan(first.length);
            return first[at++];
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            into[offset] = (byte) read();
            return 1;
          }
        };
    WatchStream stream = new WatchStream(thenNothing, 1000);
    assertThat(stream.next()).isTrue();
    assertThat(stream.type()).isEqualTo(EventType.ADDED);
  }

  @Test
  void aStreamThatIsCutWithinAnEventIsNoEnd() {
    byte[] bytes = EVENTS.getBytes(StandardCharsets.UTF_8);
    int first = EVENTS.indexOf('\n');
    for (int length = 1; length < first; length++) {
      WatchStream stream = new WatchStream(new ByteArrayInputStream(bytes, 0, length), 1000);
      assertThatThrownBy(stream::next).as("%d bytes", length).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void whatIsNoEventIsSaidToBeNone() {
    for (String text :
        List.of(
            "[]",
            "{}",
            "{\"type\":\"ADDED\"}",
            "{\"type\":\"X\",\"object\":{}}",
            "<html>",
            "{\"type\" \"ADDED\"}")) {
      WatchStream stream =
          new WatchStream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), 1000);
      assertThatThrownBy(stream::next).as(text).isInstanceOf(MalformedJsonException.class);
    }
  }

  @Test
  void anObjectBeyondTheLimitIsRefused() {
    String text = "{\"type\":\"ADDED\",\"object\":{\"a\":\"" + "x".repeat(2000) + "\"}}";
    WatchStream stream =
        new WatchStream(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), 1000);
    assertThatThrownBy(stream::next)
        .isInstanceOf(MalformedJsonException.class)
        .hasMessageContaining("1000 bytes");
  }

  @Test
  void listsAreTheSameHoweverTheyAreCut() throws IOException {
    String sorted =
        "{\"apiVersion\":\"v1\",\"items\":[{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{\"name\":\"b\"}}],"
            + "\"kind\":\"L\",\"metadata\":{\"continue\":\"a+b\",\"resourceVersion\":\"77\"}}";
    for (int seed = 0; seed < 200; seed++) {
      assertThat(list(new Pieces(LIST, seed))).containsExactly("a", "b", "77", "a+b");
      assertThat(list(new Pieces(sorted, seed))).containsExactly("a", "b", "77", "a+b");
    }
  }

  @Test
  void aListWithoutItemsIsEmpty() throws IOException {
    assertThat(list(new Pieces("{\"metadata\":{\"resourceVersion\":\"3\"},\"items\":null}", 1)))
        .containsExactly("3", "");
    assertThat(list(new Pieces("{\"items\":[],\"metadata\":{\"resourceVersion\":\"3\"}}", 1)))
        .containsExactly("3", "");
  }

  @Test
  void aListThatIsCutIsNoList() {
    byte[] bytes = LIST.getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < bytes.length - 1; length++) {
      InputStream cut = new ByteArrayInputStream(bytes, 0, length);
      assertThatThrownBy(() -> list(cut)).as("%d bytes", length).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> list(new Pieces("{\"kind\":\"Status\",\"metadata\":{}}", 1)))
        .isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void statusesAreRead() {
    Refusal tooLarge =
        status(
            504,
            """
            {"kind":"Status","metadata":{},"status":"Failure","message":"Too large resource version: 9, current: 3",
            "reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"x"}],"retryAfterSeconds":1},"code":504}""");
    assertThat(tooLarge.tooLarge()).isTrue();
    assertThat(tooLarge.expired()).isFalse();
    assertThat(tooLarge.retryAfter()).hasSeconds(1);
    Refusal expired = status(200, "{\"kind\":\"Status\",\"reason\":\"Expired\",\"code\":410}");
    assertThat(expired.expired()).isTrue();
    assertThat(expired.code()).isEqualTo(410);
    assertThat(status(502, "<html>bad\ngateway</html>").message())
        .isEqualTo("the server answered 502: <html>bad gateway</html>");

    assertThat(status(502, "").code()).isEqualTo(502);
    assertThat(status(500, "[".repeat(5000)).code()).isEqualTo(500);
  }

  @Test
  void whatTheDifferenceLeavesOutIsNamed() throws IOException {
    Captured object = new Captured();
    object.set(
        "{\"metadata\":{\"resourceVersion\":\"\",\"annotations\":{\"rheo.dev/unchanged\":\"n/a n/b%20c n/d+e\"}}}"
            .getBytes(StandardCharsets.UTF_8));
    Bookmark bookmark = Bookmark.of(object);
    assertThat(bookmark.unchanged()).containsExactly("n/a", "n/b c", "n/d+e");
    assertThat(bookmark.endsInitialEvents()).isFalse();
  }

  private static Refusal status(int http, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return Refusal.of(http, bytes, bytes.length);
  }

  private static List<String> events(InputStream in) throws IOException {
    WatchStream stream = new WatchStream(in, 1000);
    List<String> read = new ArrayList<>();
    while (stream.next()) {
      if (stream.type() == EventType.BOOKMARK) {
        Bookmark bookmark = Bookmark.of(stream.object());
        read.add("BOOKMARK " + bookmark.resourceVersion() + " " + bookmark.endsInitialEvents());
      } else {
        Captured object = stream.object();
        ObjectHead head = ObjectHead.of(object.bytes(), 0, object.length());
        read.add(stream.type() + " " + head.key() + " " + head.resourceVersion());
      }
    }
    return read;
  }

  private static List<String> list(InputStream in) throws IOException {
    ListStream stream = new ListStream(in, 1000);
    List<String> read = new ArrayList<>();
    while (stream.next()) {
      read.add(ObjectHead.of(stream.item().bytes(), 0, stream.item().length()).key());
    }
    read.add(stream.resourceVersion());
    read.add(stream.continueToken());
    return read;
  }

  /** Gives a text in pieces of random length. */
  private static final class Pieces extends InputStream {
    private final byte[] bytes;
    private final Random random;
    private int at;

    Pieces(String text, int seed) {
      this.bytes = text.getBytes(StandardCharsets.UTF_8);
      this.random = new Random(seed);
    }

    @Override
    public int read() {
      return at == bytes.length ? -1 : bytes[at++] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (at == bytes.length) {
        return -1;
      }
      int count = Math.min(1 + random.nextInt(9), Math.min(length, bytes.length - at));
      System.arraycopy(bytes, at, into, offset, count);
      at += count;
      return count;
    }
  }
}
