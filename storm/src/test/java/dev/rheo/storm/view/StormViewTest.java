package dev.rheo.storm.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.storm.result.Creation;
import dev.rheo.storm.result.CurvePoint;
import dev.rheo.storm.result.ReaderGroup;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.StormEvents;
import dev.rheo.storm.result.StormResult;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StormViewTest {

  private static final TerminalSize SIZE = new TerminalSize(24, 80);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Test
  void aTerminalOf80ColumnsIsNeverOverrunAndKeepsWhatEnded() {
    Drawn drawn = Drawn.of(play(true, Map.of(), StandardCharsets.UTF_8, Samples.good()));
    assertThat(drawn.widest).isLessThan(80);
    assertThat(drawn.tallest).isLessThan(24);
    assertThat(drawn.lines)
        .contains("created 400 objects, 400 MB, in 9.3 s")
        .contains("+ list: 16 of 16 readers complete in 6.0 s, memory 121 MB to 198 MB")
        .anyMatch(line -> line.startsWith("server memory at peak") && line.endsWith("202 MB"))
        .noneMatch(line -> line.startsWith("creating"))
        .noneMatch(line -> line.matches("readers? \\d.*"))
        .endsWith("Every reader got every object, once and unharmed");
  }

  @Test
  void aRunShowsAProgressLineForEachGroupAndTheMemoryCurve() {
    StormEvents view = view(true, Map.of(), StandardCharsets.UTF_8);
    RunResult run = Samples.good().runs().get(0);
    view.runStarted(run.mode(), 1, 16, run.memory().before());
    view.sample(new CurvePoint(1, 121_000_000, -1, 0, 0));
    view.readers(groups(0.25, 100));
    view.sample(new CurvePoint(2, 200_000_000, -1, 5e8, 0));
    view.readers(groups(0.5, 50_000_100));

    Drawn drawn = Drawn.of(text());

    // 24 rows have room for eight lines of two readers each.
    assertThat(drawn.lines).filteredOn(line -> line.startsWith("readers ")).hasSize(8);
    assertThat(drawn.lines)
        .anyMatch(line -> line.startsWith("readers 0–1 ") && line.endsWith(" 50 %      100 MB/s"))
        .anyMatch(line -> line.startsWith("   200 MB ") && line.endsWith("⢸"))
        .anyMatch(
            line -> line.contains("2.0 s  memory 200 MB, peak 200 MB  500 MB/s  0 of 16 done"));
  }

  @Test
  void whileMemorySettlesAfterARunItsReadersAndCurveStay() {
    StormEvents view = view(true, Map.of(), StandardCharsets.UTF_8);
    RunResult run = Samples.good().runs().get(0);
    view.settling(130_000_000, 2);
    assertThat(Drawn.of(text()).lines).containsExactly("memory settles: 130 MB, 2.0 s");
    view.runStarted(run.mode(), 1, 16, run.memory().before());
    view.sample(new CurvePoint(1, 200_000_000, -1, 0, 16));
    view.readers(groups(1, 100));
    view.settling(190_000_000, 0.5);
    assertThat(Drawn.of(text()).lines)
        .anyMatch(line -> line.startsWith("readers 0–1 ") && line.endsWith("complete"))
        .endsWith("          memory settles: 190 MB, 0.50 s");
    view.runEnded(run);
    view.settling(150_000_000, 1);
    assertThat(Drawn.of(text()).lines)
        .noneMatch(line -> line.startsWith("readers"))
        .endsWith("memory settles: 150 MB, 1.0 s");
  }

  @Test
  void aTallTerminalHasALineForEachGroup() {
    StormEvents view =
        StormView.of(
            stream(StandardCharsets.UTF_8), true, Map.of(), () -> new TerminalSize(50, 80));
    view.runStarted(Samples.good().runs().get(0).mode(), 1, 16, -1);
    view.readers(groups(0.25, 100));
    assertThat(Drawn.of(text()).lines).filteredOn(line -> line.startsWith("reader ")).hasSize(16);
  }

  @Test
  void noColorTakesTheColoursAwayAndKeepsTheDrawing() {
    String coloured = play(true, Map.of(), StandardCharsets.UTF_8, Samples.good());
    bytes.reset();
    String plain = play(true, Map.of("NO_COLOR", "1"), StandardCharsets.UTF_8, Samples.good());
    assertThat(coloured).containsPattern("\u001b\\[\\d+m");
    assertThat(plain).doesNotContainPattern("\u001b\\[\\d+m").containsPattern("\u001b\\[\\d+A");
  }

  @Test
  void whatIsNoTerminalGetsPlainLines() {
    String text = play(false, Map.of(), StandardCharsets.UTF_8, Samples.good());
    assertThat(text).doesNotContain("\u001b");
    assertThat(text.lines().toList())
        .contains("created 400 objects, 400 MB, in 9.3 s")
        .containsOnlyOnce("list: 16 readers, memory before 121 MB")
        .anyMatch(line -> line.startsWith("     6.0 s   memory 1") || line.contains("memory 19"));
    assertThat(text.lines().count()).isLessThan(70);
  }

  @Test
  void aDumbTerminalAndOneWithoutTheCharactersGetPlainLinesToo() {
    assertThat(play(true, Map.of("TERM", "dumb"), StandardCharsets.UTF_8, Samples.good()))
        .doesNotContain("\u001b");
    bytes.reset();
    String ascii = play(true, Map.of(), StandardCharsets.US_ASCII, Samples.blind());
    assertThat(ascii).doesNotContain("?").containsPattern("server memory before +-");
  }

  @Test
  void failuresAreNamedWithTheirReaderAndPlace() {
    List<String> lines =
        Drawn.of(play(true, Map.of(), StandardCharsets.UTF_8, Samples.bad())).lines;
    assertThat(lines)
        .contains("list, reader 11: truncated (rheo-storm/object-0201): the stream ended")
        .contains("warning: quotas could not be read")
        .contains("list aborted: the server's memory passed 5.5 GB")
        .endsWith("Aborted: the server's memory passed 5.5 GB");
  }

  @Test
  void manyRunsAreShownInTablesThatFit() {
    String text = play(false, Map.of(), StandardCharsets.UTF_8, Samples.many());
    assertThat(text.lines().mapToInt(String::length).max().orElse(0)).isLessThanOrEqualTo(80);
    assertThat(text.lines().filter(line -> line.startsWith("readers complete"))).hasSize(2);
    assertThat(text).contains("watch list 3");
  }

  @Test
  void theSizeOfATerminalIsWhatSttySays() {
    assertThat(TerminalSize.parse("50 132\n")).isEqualTo(new TerminalSize(50, 132));
    assertThat(TerminalSize.parse("")).isEqualTo(new TerminalSize(0, 0));
    assertThat(TerminalSize.parse("a b")).isEqualTo(new TerminalSize(0, 0));
  }

  private String play(
      boolean terminal, Map<String, String> environment, Charset charset, StormResult result) {
    StormEvents view = view(terminal, environment, charset);
    view.prepared(result.server(), result.settings());
    result.warnings().forEach(view::warning);
    for (int created = 0; created <= 400; created += 20) {
      view.creation(
          new Creation(created, 400, created * 1_000_000L, created == 400 ? 9.3 : created / 43.0));
    }
    for (RunResult run : result.runs()) {
      view.settling(140_000_000, 1.5);
      view.runStarted(run.mode(), run.repeat(), run.readers(), run.memory().before());
      for (CurvePoint point : run.curve()) {
        view.sample(point);
        double share = Math.clamp(point.seconds() / run.seconds(), 0, 1);
        view.readers(groups(share, (long) (share * 533_000_000)));
      }
      view.runEnded(run);
    }
    view.cleanup("removing namespace rheo-storm");
    view.finished(result);
    return text();
  }

  private StormEvents view(boolean terminal, Map<String, String> environment, Charset charset) {
    return StormView.of(stream(charset), terminal, environment, () -> SIZE);
  }

  private PrintStream stream(Charset charset) {
    return new PrintStream(bytes, true, charset);
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static List<ReaderGroup> groups(double share, long bytes) {
    return IntStream.range(0, 16)
        .mapToObj(
            i -> new ReaderGroup(i, i, share >= 1 ? 1 : 0, 0, (long) (share * 400), 400, bytes))
        .toList();
  }

  /**
   * What a terminal finally shows.
   *
   * @param widest characters of the widest line ever shown
   * @param tallest lines of the tallest drawing
   */
  private record Drawn(List<String> lines, int widest, int tallest) {

    static Drawn of(String text) {
      List<String> lines = new ArrayList<>();
      int widest = 0;
      int tallest = 0;
      for (String line : text.split("\n", -1)) {
        var up = Pattern.compile("^\u001b\\[(\\d+)A\u001b\\[J").matcher(line);
        if (up.find()) {
          int rows = Integer.parseInt(up.group(1));
          tallest = Math.max(tallest, rows);
          lines.subList(lines.size() - rows, lines.size()).clear();
          line = line.substring(up.end());
        }
        String visible = line.replaceAll("\u001b\\[\\d+m", "");
        widest = Math.max(widest, visible.length());
        lines.add(visible);
      }
      lines.remove(lines.size() - 1);
      return new Drawn(lines, widest, tallest);
    }
  }
}
