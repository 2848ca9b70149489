package dev.rheo.storm.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.storm.result.StormResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {

  @Test
  void theDataInThePageIsTheResult() throws Exception {
    for (StormResult result : List.of(Samples.good(), Samples.bad(), Samples.blind())) {
      String json =
          element(HtmlReport.render(result), "<script type=\"application/json\" id=\"storm\">");
      assertThat(new ObjectMapper().readValue(json, StormResult.class)).isEqualTo(result);
    }
  }

  @Test
  void noTextOfAResultBecomesMarkup() {
    String page = HtmlReport.render(Samples.bad());
    assertThat(page).contains("hash &lt;/script&gt; &lt;b&gt;&amp;");
    assertThat(page).doesNotContain("hash </script>");
    // Three elements: the data, the chart library, and the page's own script.
    assertThat(page.split("</script>", -1)).hasSize(4);
  }

  @Test
  void nothingIsFetched() {
    String page = HtmlReport.render(Samples.good());
    assertThat(page).contains("default-src 'none'");
    assertThat(page).doesNotContain("sourceMappingURL", " src=", "<link", "@import", "url(");
  }

  @Test
  void thePolicyAdmitsItsScriptsByHash() {
    String page = HtmlReport.render(Samples.good());
    Matcher scripts = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL).matcher(page);
    int found = 0;
    while (scripts.find()) {
      assertThat(page).contains(PageText.hash(scripts.group(1)));
      found++;
    }
    assertThat(found).isEqualTo(2);
    assertThat(page).containsPattern("script-src 'sha256-[^' ]+' 'sha256-[^' ]+';");
  }

  @Test
  void theLicenceOfTheChartLibraryIsInThePage() {
    assertThat(HtmlReport.render(Samples.good()))
        .contains("Copyright (c) 2014-2024 Chart.js Contributors")
        .contains("The above copyright notice and this permission notice");
  }

  @Test
  void figuresSettingsAndFailuresAreThereWithoutScripts() {
    String page = HtmlReport.render(Samples.bad()).replaceAll("(?s)<script.*?</script>", "");
    assertThat(page)
        .contains("<th scope=\"row\">Server memory at peak</th><td>5.1 GB</td><td>2.1 GB</td>")
        .contains("<th scope=\"row\">Readers complete</th><td>14 of 16</td><td>16 of 16</td>")
        .contains("<dt>--max-server-memory</dt><dd>5.5 GB</dd>")
        .contains("<th scope=\"row\">List, reader 11</th>")
        .contains("truncated (rheo-storm/object-0201): the stream ended")
        .contains("Aborted: the server&#39;s memory passed 5.5 GB.")
        .contains("Quotas could not be read");
  }

  @Test
  void everySettingIsShown() {
    String page = HtmlReport.render(Samples.good());
    for (var component : Samples.good().settings().getClass().getRecordComponents()) {
      String option =
          component
              .getName()
              .replace("modes", "mode")
              .replace("Seconds", "")
              .replaceAll("([A-Z])", "-$1")
              .toLowerCase(java.util.Locale.ROOT);
      assertThat(page).contains("<dt>--" + option + "</dt>");
    }
  }

  @Test
  void aPageThatIsThereIsReplaced(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("storm.html"), "before");
    HtmlReport.write(Samples.good(), file);
    assertThat(file).content().startsWith("<!DOCTYPE html>").endsWith("</html>\n");
  }

  private static String element(String page, String opening) {
    int from = page.indexOf(opening) + opening.length();
    return page.substring(from, page.indexOf("</script>", from));
  }
}
