package dev.rheo.storm.view;

import static dev.rheo.storm.view.PageText.escape;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.storm.result.Memory;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.StormResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * The page that {@code --report} writes: one file that fetches nothing, with the figures as tables
 * and, where scripts run, as charts. Its Content-Security-Policy admits only its own scripts.
 */
public final class HtmlReport {

  private static final String CHART_JS = "/META-INF/resources/webjars/chart.js/4.4.9/";
  private static final ObjectMapper JSON = new ObjectMapper();

  private HtmlReport() {}

  /**
   * Writes the page, replacing an existing file.
   *
   * @throws IOException if the file cannot be written
   */
  public static void write(StormResult result, Path file) throws IOException {
    Files.writeString(file, render(result));
  }

  static String render(StormResult result) {
    String chartJs = resource(CHART_JS + "dist/chart.umd.js").replaceFirst("//# sourceMap.*", "");
    String script = resource("report.js");
    Map<String, String> values = new HashMap<>();
    values.put("style", resource("report.css"));
    values.put("chartjs", chartJs);
    values.put("license", "Chart.js. " + resource(CHART_JS + "LICENSE.md").strip());
    values.put("script", script);
    values.put("scriptHashes", PageText.hash(chartJs) + " " + PageText.hash(script));
    values.put("data", PageText.json(json(result)));
    values.put("title", escape("Storm against " + result.server().kind()));
    values.put("server", escape(Summary.server(result.server())));
    values.put("scenario", escape(Summary.scenario(result.settings()) + "."));
    values.put("verdict", escape(Summary.verdict(result)) + ".");
    values.put("verdictClass", result.succeeded() ? "good" : "bad");
    values.put("notices", notices(result));
    values.put("tiles", tiles(result));
    values.put("memorySource", escape(memorySource(result)));
    values.put("columns", columns(result.runs()));
    values.put("rows", rows(result.runs()));
    values.put("failures", failures(result.runs()));
    values.put("settings", settings(result));
    values.put("footer", escape(footer(result)));
    return PageText.fill(resource("report.html"), values);
  }

  private static String notices(StormResult result) {
    StringBuilder html = new StringBuilder();
    for (String warning : result.warnings()) {
      html.append(notice(warning));
    }
    for (RunResult run : result.runs()) {
      for (String note : run.notes()) {
        html.append(notice(Summary.name(run.mode()) + ": " + note));
      }
      // Usually the same reason ended the storm, and the verdict above already shows it.
      if (run.aborted() != null && !run.aborted().equals(result.aborted())) {
        html.append(notice(Summary.name(run.mode()) + " was aborted: " + run.aborted()));
      }
    }
    return html.toString();
  }

  private static String notice(String text) {
    return "<p class=\"notice\">" + escape(capital(text)) + "</p>\n";
  }

  /** Renders the three main figures; for repeated runs, the worst of each. */
  private static String tiles(StormResult result) {
    return tile(
            result,
            "Growth of memory at its peak",
            run -> Summary.growth(run.memory()),
            true,
            Units::bytes)
        + tile(
            result,
            "Slowest reader synced after",
            run -> run.readersComplete() > 0 ? run.sync().max() : -1,
            true,
            Units::seconds)
        + tile(result, "Throughput", RunResult::bytesPerSecond, false, Units::rate);
  }

  private static String tile(
      StormResult result,
      String head,
      ToDoubleFunction<RunResult> figure,
      boolean highestIsWorst,
      DoubleFunction<String> text) {
    String figures =
        result.runs().stream()
            .map(RunResult::mode)
            .distinct()
            .map(
                mode -> {
                  var values =
                      result.runs().stream().filter(run -> run.mode() == mode).mapToDouble(figure);
                  double worst = (highestIsWorst ? values.max() : values.min()).orElse(-1);
                  return "<div><dt>%s%s</dt><dd>%s</dd></div>"
                      .formatted(swatch(mode), capital(Summary.name(mode)), text.apply(worst));
                })
            .collect(joining());
    return "<div class=\"tile\"><h2>%s</h2><dl>%s</dl></div>\n".formatted(head, figures);
  }

  private static String columns(List<RunResult> runs) {
    List<String> names = Summary.columns(runs);
    StringBuilder html = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      html.append("<th scope=\"col\">")
          .append(swatch(runs.get(i).mode()))
          .append(capital(names.get(i)))
          .append("</th>");
    }
    return html.toString();
  }

  private static String rows(List<RunResult> runs) {
    return Summary.rows(runs).stream()
        .map(
            row ->
                "<tr><th scope=\"row\">"
                    + escape(capital(row.label()))
                    + "</th>"
                    + row.cells().stream()
                        .map(cell -> "<td>" + escape(cell) + "</td>")
                        .collect(joining())
                    + "</tr>")
        .collect(joining("\n"));
  }

  private static String failures(List<RunResult> runs) {
    String rows =
        runs.stream()
            .flatMap(
                run ->
                    SameFailure.of(run.failures()).stream()
                        .map(
                            failure ->
                                "<tr><th scope=\"row\">%s, %s</th><td>%s</td></tr>\n"
                                    .formatted(
                                        capital(Summary.name(run.mode())),
                                        failure.who(),
                                        escape(failure.what()))))
            .collect(joining());
    if (rows.isEmpty()) {
      return "";
    }
    int shown = runs.stream().mapToInt(run -> run.failures().size()).sum();
    int failed = runs.stream().mapToInt(RunResult::readersFailed).sum();
    String more =
        failed > shown
            ? "<p>" + Units.count(failed - shown) + " more readers failed and are not listed.</p>"
            : "";
    return """
        <section>
        <h2>Failures</h2>
        <div class="scroll"><table class="failed"><tbody>
        %s</tbody></table></div>%s
        </section>
        """
        .formatted(rows, more);
  }

  private static String settings(StormResult result) {
    return Summary.settings(result.settings()).stream()
        .map(
            row ->
                "<div><dt>%s</dt><dd>%s</dd></div>"
                    .formatted(escape(row.label()), escape(row.cells().get(0))))
        .collect(joining("\n"));
  }

  private static String memorySource(StormResult result) {
    return result.runs().stream()
        .map(run -> run.memory().source())
        .findFirst()
        .map(Summary::describe)
        .orElse(Summary.describe(Memory.Source.NONE));
  }

  private static String footer(StormResult result) {
    return "Measured by Rheo %s, started at %s, on a machine with %s. Creating %s objects of %s took %s."
        .formatted(
            result.tool(),
            result.startedAt(),
            Summary.machine(result.server()),
            Units.count(result.creation().created()),
            Units.chosen(result.settings().size()),
            Units.seconds(result.creation().seconds()));
  }

  private static String swatch(Mode mode) {
    return "<span class=\"swatch " + mode + "\"></span>";
  }

  private static String capital(String text) {
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private static String json(StormResult result) {
    try {
      return JSON.writeValueAsString(result);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a result that is no JSON", e);
    }
  }

  /** Reads a resource of this package or, with a leading slash, of the class path. */
  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("missing resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
