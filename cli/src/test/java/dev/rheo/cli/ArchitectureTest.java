package dev.rheo.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of docs/architecture.md that a machine can check. */
class ArchitectureTest {
  private static final JavaClasses RHEO =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.rheo");

  private static final List<String> MODULES =
      List.of(
          "api",
          "access",
          "codec",
          "cel",
          "schema",
          "store",
          "encryption",
          "cache",
          "edge",
          "resource",
          "merge",
          "server",
          "app",
          "client",
          "storm",
          "cli");

  private static final String CONTROLLERS = "dev.rheo.server.controller..";

  /** What the server outside the edge may use of Netty: buffers, timers and thread factories. */
  private static final DescribedPredicate<JavaClass> OPEN =
      describe(
          "buffers and timers",
          type ->
              type.isEquivalentTo(ByteBuf.class)
                  || type.isEquivalentTo(Unpooled.class)
                  || type.isAssignableTo(Timer.class)
                  || type.isAssignableTo(TimerTask.class)
                  || type.isAssignableTo(Timeout.class)
                  || type.isAssignableTo(DefaultThreadFactory.class));

  @Test
  void allModulesAreSeen() {
    for (String module : MODULES) {
      assertThat(RHEO.stream().anyMatch(c -> c.getPackageName().startsWith("dev.rheo." + module)))
          .as(module)
          .isTrue();
    }
  }

  @Test
  void dependenciesPointDownward() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("api")
        .definedBy("dev.rheo.api..")
        .layer("access")
        .definedBy("dev.rheo.access..")
        .layer("codec")
        .definedBy("dev.rheo.codec..")
        .layer("cel")
        .definedBy("dev.rheo.cel..")
        .layer("schema")
        .definedBy("dev.rheo.schema..")
        .layer("store")
        .definedBy("dev.rheo.store..")
        .layer("encryption")
        .definedBy("dev.rheo.encryption..")
        .layer("cache")
        .definedBy("dev.rheo.cache..")
        .layer("edge")
        .definedBy("dev.rheo.edge..")
        .layer("resource")
        .definedBy("dev.rheo.resource..")
        .layer("merge")
        .definedBy("dev.rheo.merge..")
        .layer("server")
        .definedBy("dev.rheo.server..")
        .layer("app")
        .definedBy("dev.rheo.app..")
        .layer("client")
        .definedBy("dev.rheo.client..")
        .layer("junit")
        .definedBy("dev.rheo.junit..")
        .layer("storm")
        .definedBy("dev.rheo.storm..")
        .layer("cli")
        .definedBy("dev.rheo.cli..")
        .whereLayer("access")
        .mayOnlyBeAccessedByLayers("server", "app", "junit", "storm", "cli")
        .whereLayer("codec")
        .mayOnlyBeAccessedByLayers(
            "cel", "schema", "encryption", "cache", "resource", "merge", "server", "app", "junit")
        .whereLayer("cel")
        .mayOnlyBeAccessedByLayers("schema", "resource", "server", "app")
        .whereLayer("schema")
        .mayOnlyBeAccessedByLayers("resource", "server")
        .whereLayer("store")
        .mayOnlyBeAccessedByLayers("encryption", "cache", "server", "app", "junit")
        .whereLayer("encryption")
        .mayOnlyBeAccessedByLayers("app")
        .whereLayer("cache")
        .mayOnlyBeAccessedByLayers("server", "app")
        .whereLayer("edge")
        .mayOnlyBeAccessedByLayers("server", "app", "junit")
        .whereLayer("resource")
        .mayOnlyBeAccessedByLayers("server", "app")
        .whereLayer("merge")
        .mayOnlyBeAccessedByLayers("resource", "server")
        .whereLayer("server")
        .mayOnlyBeAccessedByLayers("app", "junit")
        .whereLayer("app")
        .mayOnlyBeAccessedByLayers("cli", "junit")
        .whereLayer("junit")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("client")
        .mayOnlyBeAccessedByLayers("storm")
        .whereLayer("storm")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .check(RHEO);
  }

  /** Whoever decodes decides what a refusal means: for the server it is a 400. */
  @Test
  void theCodecKnowsNoResponses() {
    noClasses()
        .that(resideInAPackage("dev.rheo.codec.."))
        .should()
        .dependOnClassesThat()
        .areAssignableTo(dev.rheo.api.status.ApiException.class)
        .check(RHEO);
  }

  @Test
  void apiCodecAndClientAreFreeOfNettyAndRocksDb() {
    noClasses()
        .that(resideInAnyPackage("dev.rheo.api..", "dev.rheo.codec..", "dev.rheo.client.."))
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.netty..", "org.rocksdb.."))
        .allowEmptyShould(true)
        .check(RHEO);
  }

  /** Whoever embeds an informer has a client and a JSON library already. */
  @Test
  void theClientNeedsNothing() {
    noClasses()
        .that(resideInAPackage("dev.rheo.client.."))
        .and()
        .resideOutsideOfPackage("dev.rheo.client.metrics..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.not(
                resideInAnyPackage(
                    "dev.rheo.client..", "java..", "org.jspecify..", "com.google.errorprone..")))
        .check(RHEO);
  }

  @Test
  void nettyStaysAtTheEdge() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.rheo.edge..",
            "dev.rheo.storm.net..",
            "dev.rheo.store.etcd..",
            "dev.rheo.encryption.kms..")
        .should()
        .dependOnClassesThat(resideInAPackage("io.netty..").and(DescribedPredicate.not(OPEN)))
        .because(
            "only the edge, the storm's, the store on etcd and key services know how bytes travel")
        .check(RHEO);
  }

  @Test
  void onlyTheServerTheStormAndFaultsSeeAnythingOfNetty() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.rheo.edge..",
            "dev.rheo.server..",
            "dev.rheo.app..",
            "dev.rheo.junit..",
            "dev.rheo.storm..",
            "dev.rheo.store.etcd..",
            "dev.rheo.encryption.kms..")
        .should()
        .dependOnClassesThat(resideInAPackage("io.netty.."))
        .check(RHEO);
  }

  @Test
  void grpcStaysInTheStoreOnEtcdAndWithKeyServices() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.rheo.store.etcd..", "dev.rheo.encryption.kms..")
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.grpc..", "com.google.protobuf.."))
        .check(RHEO);
  }

  @Test
  void rocksDbStaysInItsStore() {
    noClasses()
        .that(DescribedPredicate.not(resideInAPackage("dev.rheo.store..")))
        .should()
        .dependOnClassesThat(resideInAPackage("org.rocksdb.."))
        .check(RHEO);
  }

  @Test
  void theCompilerOfExpressionsStaysInItsModule() {
    noClasses()
        .that(DescribedPredicate.not(resideInAPackage("dev.rheo.cel..")))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("dev.cel..", "com.google.re2j..", "com.google.common.."))
        .check(RHEO);
  }

  @Test
  void mintingStaysInSecurityAndCiphersInEncryption() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.rheo.server.security..", "dev.rheo.encryption.value..")
        .should()
        .dependOnClassesThat(resideInAPackage("org.bouncycastle.."))
        .check(RHEO);
  }

  @Test
  void controllersUseTheVerbsByTheirFacade() {
    DescribedPredicate<JavaClass> facade =
        describe(
            "the facade of the verbs",
            type ->
                type.getName().equals("dev.rheo.server.verb.write.LoopbackClient")
                    || type.getName().equals("dev.rheo.server.typechange.TypeChanges")
                    || type.getPackageName().equals("dev.rheo.server.follow")
                    || type.getName().equals("dev.rheo.server.verb.write.ObjectPath"));
    noClasses()
        .that(resideInAPackage(CONTROLLERS))
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.rheo.server..")
                .and(DescribedPredicate.not(resideInAPackage(CONTROLLERS)))
                .and(DescribedPredicate.not(facade)))
        .check(RHEO);
    noClasses()
        .that(resideInAPackage(CONTROLLERS))
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("dev.rheo.store.RevisionStore")
        .check(RHEO);
    noClasses()
        .that(
            resideInAPackage("dev.rheo.server..")
                .and(DescribedPredicate.not(resideInAPackage(CONTROLLERS))))
        .should()
        .dependOnClassesThat(resideInAPackage(CONTROLLERS))
        .because("the server runs without its controllers")
        .check(RHEO);
  }

  @Test
  void packagesOfAModuleHaveNoCycles() {
    for (String module : MODULES) {
      slices()
          .matching("dev.rheo." + module + ".(**)")
          .should()
          .beFreeOfCycles()
          .allowEmptyShould(true)
          .check(RHEO);
    }
  }

  @Test
  void onlyTheCommandLineSpeaksToTheConsoleOrEndsTheProcess() {
    noClasses()
        .that(DescribedPredicate.not(resideInAPackage("dev.rheo.cli..")))
        .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
        .check(RHEO);
    noClasses()
        .that(DescribedPredicate.not(resideInAPackage("dev.rheo.cli..")))
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(RHEO);
  }

  @Test
  void logsBySystemLogger() {
    noClasses()
        .that(DescribedPredicate.not(resideInAPackage("dev.rheo.cli..")))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.util.logging..", "org.slf4j..", "org.apache.logging.."))
        .check(RHEO);
  }

  @Test
  void timeIsJavaTime() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Date")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Calendar")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.text.SimpleDateFormat")
        .check(
            RHEO.that(
                DescribedPredicate.not(
                    // The JDK's certificates tell their times so.
                    resideInAnyPackage(
                        "dev.rheo.server.security..", "dev.rheo.server.outbound.."))));
  }

  /** So that a test can decide how time passes there. */
  @Test
  void theEdgeHasOneClock() {
    noClasses()
        .that(resideInAPackage("dev.rheo.edge.."))
        .and()
        .doNotHaveFullyQualifiedName("dev.rheo.edge.EdgeClock$SystemClock")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethodWhere(
            DescribedPredicate.<JavaMethodCall>describe(
                "they schedule a task",
                call ->
                    call.getTarget().getName().startsWith("schedule")
                        && call.getTargetOwner().isAssignableTo(ScheduledExecutorService.class)))
        .check(RHEO);
  }

  @Test
  void nothingIsJavaSerialised() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .check(RHEO);
  }

  @Test
  void sharedStateIsNotPublic() {
    noFields()
        .that()
        .areStatic()
        .should(
            com.tngtech.archunit.lang.conditions.ArchConditions.bePublic()
                .and(com.tngtech.archunit.lang.conditions.ArchConditions.notBeFinal()))
        .check(RHEO);
  }

  @Test
  void everyPackageIsNullMarked() throws Exception {
    for (String name : RHEO.stream().map(JavaClass::getPackageName).distinct().toList()) {
      Class<?> info = Class.forName(name + ".package-info");
      assertThat(info.isAnnotationPresent(NullMarked.class)).as(name).isTrue();
    }
  }

  @Test
  void exceptionsAreFinalOrMeantToBeExtended() {
    classes()
        .that()
        .areAssignableTo(Throwable.class)
        .should()
        .haveSimpleNameEndingWith("Exception")
        .check(RHEO);
  }

  @Test
  void filesHoldOneIdea() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("rheo"))) {
      root = root.getParent();
    }
    for (String module : MODULES) {
      Path sources = root.resolve(module).resolve("src/main/java");
      if (!Files.exists(sources)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          try (Stream<String> lines = Files.lines(file)) {
            assertThat(lines.count()).as(file.toString()).isLessThanOrEqualTo(510);
          }
        }
      }
    }
  }
}
