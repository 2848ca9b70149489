package dev.rheo.server.verb.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.rheo.edge.Body;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPInputStream;

/** Draws a body as the edge does, into buffers of changing size. */
final class Drawing implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Body body;
  private final RandomGenerator random;
  private final Semaphore wakes = new Semaphore(0);
  private final ByteArrayOutputStream drawn = new ByteArrayOutputStream();
  private int told;
  private Body.State last = Body.State.MORE;

  Drawing(Body body, RandomGenerator random) {
    this.body = body;
    this.random = random;
    body.onReady(wakes::release);
  }

  /** Draws once, into a buffer of random size. */
  Body.State draw() {
    ByteBuf out = Unpooled.directBuffer(64, 64 << 10).capacity(1 + random.nextInt(4096));
    ByteBuf bounded = out.slice(0, out.capacity()).writerIndex(0);
    last = body.draw(bounded);
    byte[] bytes = new byte[bounded.readableBytes()];
    bounded.readBytes(bytes);
    drawn.writeBytes(bytes);
    out.release();
    return last;
  }

  boolean isOverdue() {
    return body.isOverdue();
  }

  /** Draws until there is nothing more for now, or the body has ended. */
  Drawing all() {
    while (draw() == Body.State.MORE) {}
    return this;
  }

  /** Draws until there are {@code count} lines in total, waiting for wake-ups between draws. */
  List<JsonNode> lines(int count) throws Exception {
    until(bytes -> lines(bytes).size() >= count);
    return lines();
  }

  /** Draws to the end. */
  String text() throws Exception {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /** Asks the body to come to an end. */
  Drawing finish() {
    body.finish();
    return this;
  }

  /** Whether the bytes so far are enough. */
  interface Enough {
    boolean test(byte[] bytes) throws Exception;
  }

  /** Draws until the bytes so far are enough, waiting for wake-ups between draws. */
  byte[] until(Enough enough) throws Exception {
    while (true) {
      all();
      byte[] bytes = drawn.toByteArray();
      if (enough.test(bytes) || last == Body.State.END || last == Body.State.ABORT) {
        return bytes;
      }
      if (!wakes.tryAcquire(10, TimeUnit.SECONDS)) {
        throw new AssertionError("no wake-up; so far " + drawn.toString(StandardCharsets.UTF_8));
      }
    }
  }

  /** Draws to the end. */
  byte[] bytes() throws Exception {
    return until(_ -> false);
  }

  Body.State state() {
    return last;
  }

  /** All complete lines so far, as JSON. */
  List<JsonNode> lines() throws Exception {
    return lines(drawn.toByteArray());
  }

  /** All complete lines, as JSON. */
  static List<JsonNode> lines(byte[] bytes) throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    String text = new String(bytes, StandardCharsets.UTF_8);
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      lines.add(JSON.readTree(text.substring(from, end)));
      from = end + 1;
    }
    return lines;
  }

  static byte[] unzip(byte[] gzip) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
      return in.readAllBytes();
    }
  }

  /** Waits for at least {@code atLeast} new lines; returns all since the last call. */
  List<JsonNode> news(int atLeast) throws Exception {
    List<JsonNode> lines = lines(told + atLeast);
    List<JsonNode> fresh = List.copyOf(lines.subList(told, lines.size()));
    told = lines.size();
    return fresh;
  }

  static JsonNode json(String text) throws Exception {
    return JSON.readTree(text);
  }

  static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    for (JsonNode item : (ArrayNode) list.get("items")) {
      names.add(item.at("/metadata/name").asText());
    }
    return names;
  }

  /** {@code TYPE name@revision}. */
  static String told(JsonNode event) {
    return event.get("type").asText()
        + " "
        + event.at("/object/metadata/name").asText()
        + "@"
        + event.at("/object/metadata/resourceVersion").asText();
  }

  @Override
  public void close() {
    body.close();
  }
}
