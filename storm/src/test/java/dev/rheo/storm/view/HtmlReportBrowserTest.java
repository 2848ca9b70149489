package dev.rheo.storm.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens the page in headless Chromium, if it is installed. */
class HtmlReportBrowserTest {

  /** Requests made by a page; those of the browser itself have no origin. */
  private static final Pattern REQUEST =
      Pattern.compile("\"initiator\":\"(?!not an origin)[^\n]*\"url\":\"(https?:[^\"]*)\"");

  @TempDir Path folder;
  private String chromium = "";

  /** The DOM of an opened page, and the URLs that the page requested. */
  record Opened(String dom, List<String> requests) {}

  @BeforeEach
  void findChromium() {
    Optional<String> found =
        Stream.of("chromium", "chromium-browser", "google-chrome")
            .flatMap(
                name ->
                    Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(path -> Path.of(path, name)))
            .filter(Files::isExecutable)
            .map(Path::toString)
            .findFirst();
    assumeTrue(found.isPresent(), "no Chromium on the PATH: the page is not opened");
    chromium = found.orElseThrow();
  }

  @Test
  void drawsItsChartsAndFetchesNothing() throws Exception {
    Opened page = open(HtmlReport.render(Samples.good()));
    assertThat(lines(page, "memory")).isEqualTo(2);
    assertThat(lines(page, "sync")).isEqualTo(2);
    assertThat(lines(page, "throughput")).isEqualTo(2);
    assertThat(page.dom).contains("<span class=\"swatch watchlist\"></span>Watch list</span>");
    assertThat(page.requests).isEmpty();
  }

  @Test
  void drawsEachRunOfARepeatedStorm() throws Exception {
    Opened page = open(HtmlReport.render(Samples.many()));
    assertThat(lines(page, "memory")).isEqualTo(6);
    assertThat(lines(page, "sync")).isEqualTo(6);
  }

  @Test
  void hostileTextIsShownAndNotRun() throws Exception {
    Opened page = open(HtmlReport.render(Samples.bad()));
    assertThat(lines(page, "memory")).isEqualTo(2);
    assertThat(page.dom).contains("hash &lt;/script&gt; &lt;b&gt;&amp;");
  }

  @Test
  void saysSoWhereTheServersMemoryIsNotKnown() throws Exception {
    Opened page = open(HtmlReport.render(Samples.blind()));
    assertThat(page.dom)
        .contains("<p class=\"none\">Not known.</p>")
        .doesNotContain("id=\"memory\"");
    assertThat(lines(page, "throughput")).isEqualTo(1);
  }

  @Test
  void aPageThatDoesFetchIsNoticed() throws Exception {
    Opened page = open("<!DOCTYPE html><img src=\"http://127.0.0.1:9/picture\">");
    assertThat(page.requests).contains("http://127.0.0.1:9/picture");
  }

  /** Returns the number of lines that the chart reports to have drawn. */
  private static int lines(Opened page, String chart) {
    return Pattern.compile("<canvas id=\"" + chart + "\"[^>]* data-lines=\"(\\d+)\"")
        .matcher(page.dom)
        .results()
        .map(found -> Integer.parseInt(found.group(1)))
        .findFirst()
        .orElse(0);
  }

  private Opened open(String html) throws Exception {
    Path file = Files.writeString(folder.resolve("page.html"), html);
    Path log = folder.resolve("net.json");
    Path dom = folder.resolve("dom.html");
    List<String> command =
        new ArrayList<>(
            List.of(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"));
    command.addAll(
        List.of("--no-first-run", "--disable-background-networking", "--disable-component-update"));
    command.addAll(List.of("--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND"));
    command.add("--user-data-dir=" + folder.resolve("profile"));
    command.add("--log-net-log=" + log);
    command.addAll(List.of("--dump-dom", file.toUri().toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(dom.toFile())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("Chromium did not end");
    }
    List<String> requests =
        REQUEST
            .matcher(Files.readString(log, StandardCharsets.UTF_8))
            .results()
            .map((MatchResult found) -> found.group(1))
            .toList();
    return new Opened(Files.readString(dom), requests);
  }
}
