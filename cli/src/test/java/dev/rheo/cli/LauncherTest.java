package dev.rheo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.app.MemoryPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the launcher in a source tree of its own, with a fake JDK and a fake Maven that record
 * their arguments.
 */
class LauncherTest {
  private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

  @TempDir Path scratch;
  private Path tree;
  private Path jar;
  private Path jdk;
  private Path bin;

  record Result(int code, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }
  }

  @BeforeEach
  void makeTree() throws Exception {
    tree = Files.createDirectories(scratch.resolve("a tree"));
    Files.copy(repository().resolve("rheo"), tree.resolve("rheo"));
    executable(tree.resolve("rheo"));
    write(tree.resolve("pom.xml"), "");
    write(tree.resolve("cli/src/main/java/A.java"), "");
    age(tree.resolve("pom.xml"), tree.resolve("cli/src/main/java/A.java"));
    age(tree.resolve("cli/src/main/java"), tree.resolve("cli/src/main"));
    jar = tree.resolve("cli/target/dist/lib/rheo-cli-1.jar");
    write(jar, "");
    jdk = fakeJdk("jdk", "25.0.1", "for a in \"$0\" \"$@\"; do printf '%s\\n' \"$a\"; done");
    bin = Files.createDirectories(scratch.resolve("bin"));
  }

  @Test
  void passesArgumentsAsTheyAre() throws Exception {
    Result result = rheo("version", "two words", "", "*");
    assertThat(result.lines()).startsWith(jdk.resolve("bin/java").toString());
    assertThat(result.lines()).endsWith("-jar", jar.toString(), "version", "two words", "", "*");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 143})
  void passesTheExitCodeOn(int code) throws Exception {
    jdk = fakeJdk("jdk", "25", "exit " + code);
    assertThat(rheo("version").code()).isEqualTo(code);
  }

  @Test
  void becomesTheJvmSoThatSignalsReachIt() throws Exception {
    jdk = fakeJdk("jdk", "25", "printf '%s\\n' $$");
    Process process = start(Map.of(), List.of(tree.resolve("rheo").toString(), "version"));
    String pid = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(pid.strip()).isEqualTo(Long.toString(process.pid()));
  }

  @Test
  void findsItsTreeThroughSymbolicLinks() throws Exception {
    Path elsewhere = Files.createDirectories(scratch.resolve("elsewhere"));
    Path first = Files.createSymbolicLink(elsewhere.resolve("first"), tree.resolve("rheo"));
    Path second = Files.createSymbolicLink(elsewhere.resolve("second"), Path.of("first"));
    for (Path link : List.of(first, second)) {
      assertThat(run(Map.of(), link.toString(), "version").lines())
          .endsWith("-jar", jar.toRealPath().toString(), "version");
    }
  }

  @Test
  void takesMoreOptionsForTheJvm() throws Exception {
    Result result = run(Map.of("RHEO_JAVA_OPTS", "-Da=b -Xss1m"), launcher(), "version");
    assertThat(result.lines()).containsSubsequence("-Da=b", "-Xss1m", "-jar");
  }

  @ParameterizedTest
  @CsvSource({
    "--max-memory=512m, 536870912",
    "--max-memory=1Gi, 1073741824",
    "--max-memory=402653185, 402653185",
    "--max-memory=08G, 8589934592",
    "--max-memory=nonsense, 402653184",
    "--max-memory=1m, 402653184",
    "--listen=x, 402653184",
  })
  void sharesMemoryAsTheMemoryPlanDoes(String option, long total) throws Exception {
    MemoryPlan plan = MemoryPlan.of(total);
    assertThat(rheo("serve", option).lines())
        .contains("-Xmx" + plan.heap(), "-XX:MaxDirectMemorySize=" + plan.direct());
  }

  @Test
  void takesTheMemoryFromAnArgumentOfItsOwn() throws Exception {
    long heap = MemoryPlan.of(512 << 20).heap();
    assertThat(rheo("serve", "--max-memory", "512m").lines()).contains("-Xmx" + heap);
  }

  @Test
  void aStormIsAClientThatKnowsHowToStartAServer() throws Exception {
    assertThat(rheo("storm", "--max-server-memory=1g").lines())
        .contains("-Xmx256m", "-XX:MaxDirectMemorySize=512m", "-Drheo.launcher=" + launcher());
    assertThat(rheo("serve", "storm").lines()).doesNotContain("-Drheo.launcher=" + launcher());
  }

  @Test
  void refusesAnOldJdk() throws Exception {
    jdk = fakeJdk("old", "21.0.4", "echo started");
    Result result = rheo("version");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .isEqualTo("rheo: RHEO_JAVA_HOME=" + jdk + " is not a JDK 25 or newer\n");
  }

  @Test
  void prefersANewEnoughJavaHomeAndPassesOverAnOldOne() throws Exception {
    Path old = fakeJdk("old", "1.8.0_402", "echo old");
    Path onPath = fakeJdk("on-path", "26-ea", "echo path");
    Files.createSymbolicLink(bin.resolve("java"), onPath.resolve("bin/java"));
    Map<String, String> environment = Map.of("RHEO_JAVA_HOME", "", "JAVA_HOME", old.toString());
    assertThat(run(environment, launcher(), "version").lines()).containsExactly("path");
    environment = Map.of("RHEO_JAVA_HOME", "", "JAVA_HOME", jdk.toString());
    assertThat(run(environment, launcher(), "version").lines())
        .startsWith(jdk.resolve("bin/java").toString());
  }

  @Test
  void doesNotBuildWhatIsUpToDate() throws Exception {
    maven("exit 1");
    assertThat(rheo("version").code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pom.xml", "cli/src/main/java/A.java", "api/src/main/resources/facts"})
  void buildsWhenASourceIsNewerAndOnlyOnce(String source) throws Exception {
    age(jar);
    write(tree.resolve(source), "");
    maven("mkdir -p '" + jar.getParent() + "'; : >'" + jar + "'; echo \"$@\" >>'" + bin + "/said'");
    assertThat(rheo("version").code()).isZero();
    assertThat(rheo("version").code()).isZero();
    assertThat(Files.readAllLines(bin.resolve("said"))).hasSize(1);
  }

  @Test
  void showsTheErrorsOfABuildThatFails() throws Exception {
    Files.delete(jar);
    maven("echo '[INFO] noise'; echo '[ERROR] A.java:[1,2] wrong'; exit 1");
    Result result = rheo("version");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .contains("[ERROR] A.java:[1,2] wrong", "rheo: the build failed")
        .doesNotContain("noise");
  }

  @Test
  void saysThatMavenIsMissing() throws Exception {
    Files.delete(jar);
    // A PATH with the tools that the launcher uses, but without Maven.
    for (String tool : List.of("bash", "env", "dirname", "readlink", "sed", "head", "find")) {
      Path at = Path.of("/usr/bin", tool);
      tool(tool, "exec '" + (Files.exists(at) ? at : Path.of("/bin", tool)) + "' \"$@\"");
    }
    Result result = run(Map.of("PATH", bin.toString()), launcher(), "version");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("there is no mvn on the PATH").hasLineCount(1);
  }

  @Test
  void makesTheStartUpCacheAfterABuildAndUsesIt() throws Exception {
    Files.delete(jar);
    maven("mkdir -p '" + jar.getParent() + "'; : >'" + jar + "'");
    jdk =
        fakeJdk(
            "jdk",
            "25",
            """
            for a in "$@"; do
              case $a in -XX:AOTCacheOutput=*) echo made >"${a#*=}" ;; esac
              printf '%s\\n' "$a"
            done""");
    Map<String, String> on = Map.of("RHEO_AOT", "");
    Result first = run(on, launcher(), "serve");
    assertThat(first.lines()).anyMatch(line -> line.startsWith("-XX:AOTCache="));
    Result second = run(on, launcher(), "serve", "--data", "x");
    String option =
        second.lines().stream().filter(l -> l.startsWith("-XX:AOTCache=")).findFirst().orElse("");
    assertThat(Path.of(option.substring(option.indexOf('=') + 1))).hasContent("made\n");
    assertThat(first.lines()).contains(option);
    // A cache is only valid for the JDK that made it.
    write(jdk.resolve("release"), "JAVA_VERSION=\"25.0.9\"\n");
    assertThat(run(Map.of("RHEO_PRINT", "1", "RHEO_AOT", ""), launcher(), "serve").lines())
        .noneMatch(line -> line.startsWith("-XX:AOTCache="));
  }

  @Test
  void preparesWithoutStartingAnything() throws Exception {
    jdk =
        fakeJdk(
            "jdk",
            "25",
            """
            for a in "$@"; do
              case $a in -XX:AOTCacheOutput=*) echo made >"${a#*=}" ;; esac
            done
            echo "$@" >>'%s/said'"""
                .formatted(bin));
    Map<String, String> on = Map.of("RHEO_AOT", "");
    assertThat(run(on, launcher(), "--prepare")).isEqualTo(new Result(0, "", ""));
    assertThat(run(on, launcher(), "--prepare")).isEqualTo(new Result(0, "", ""));
    assertThat(Files.readAllLines(bin.resolve("said")))
        .hasSize(1)
        .allMatch(line -> line.contains(" warm-up "));
    assertThat(run(Map.of("RHEO_AOT", "", "RHEO_PRINT", "1"), launcher(), "serve").lines())
        .anyMatch(line -> line.startsWith("-XX:AOTCache="));
  }

  @Test
  void aStartUpCacheThatCannotBeMadeCostsNothingElse() throws Exception {
    Files.delete(jar);
    maven("mkdir -p '" + jar.getParent() + "'; : >'" + jar + "'");
    jdk =
        fakeJdk(
            "jdk",
            "25",
            """
            case "$*" in *warm-up*) echo x >>'%s/warmed'; exit 3 ;; esac
            echo served"""
                .formatted(bin));
    for (int run = 0; run < 2; run++) {
      Result result = run(Map.of("RHEO_AOT", ""), launcher(), "serve");
      assertThat(result.code()).isZero();
      assertThat(result.lines()).containsExactly("served");
    }
    assertThat(Files.readAllLines(bin.resolve("warmed"))).hasSize(1);
  }

  private String launcher() {
    return tree.resolve("rheo").toString();
  }

  private Result rheo(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher()));
    command.addAll(List.of(arguments));
    return run(Map.of(), command.toArray(String[]::new));
  }

  private Result run(Map<String, String> environment, String... command) throws Exception {
    Process process = start(environment, List.of(command));
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), out, err);
  }

  private Process start(Map<String, String> environment, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(scratch.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("RHEO_"));
    builder.environment().put("RHEO_JAVA_HOME", jdk.toString());
    builder.environment().put("RHEO_AOT", "off");
    builder.environment().put("PATH", bin + ":" + System.getenv("PATH"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  private Path fakeJdk(String name, String version, String script) throws IOException {
    Path home = scratch.resolve(name);
    write(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    write(home.resolve("bin/java"), "#!/bin/bash\n" + script + "\n");
    executable(home.resolve("bin/java"));
    return home;
  }

  private void maven(String script) throws IOException {
    tool("mvn", script);
  }

  private void tool(String name, String script) throws IOException {
    write(bin.resolve(name), "#!/bin/bash\n" + script + "\n");
    executable(bin.resolve(name));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void age(Path... files) throws IOException {
    for (Path file : files) {
      Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
    }
  }

  private static Path repository() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("rheo"))) {
      folder = folder.getParent();
    }
    return folder;
  }
}
