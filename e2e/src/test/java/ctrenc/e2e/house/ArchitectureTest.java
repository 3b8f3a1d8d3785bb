package ctrenc.e2e.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows between modules and packages, and the calls that only one place may make. */
final class ArchitectureTest {
  private static JavaClasses classes = new ClassFileImporter().importClasses();

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .importPaths(
                Repository.MODULES.stream()
                    .map(module -> Repository.root().resolve(module + "/target/classes/ctrenc"))
                    .filter(Files::isDirectory)
                    .toList());
    assertThat(classes).as("the classes of all modules").hasSizeGreaterThan(50);
  }

  @Test
  void arrowsRunOneWay() {
    assertThat(Arrows.violations(classes))
        .as("a package uses only what the plan of the house lets it use: a new arrow is a decision")
        .isEmpty();
    assertThat(Arrows.unlisted(classes)).as("packages without a line in Arrows").isEmpty();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void onlyOnePlaceMayDoIt(ArchRule rule) {
    rule.check(classes);
  }

  static Stream<ArchRule> rules() {
    return Stream.concat(libraries(), habits());
  }

  private static Stream<ArchRule> libraries() {
    return Stream.of(
        only("ctrenc.overlay.sys..", "java.lang.foreign.(Linker|SymbolLookup|FunctionDescriptor).*")
            .because("native calls lie in one package, where they can be reviewed together"),
        only("ctrenc.overlay.meta..", "org.rocksdb.*")
            .because("the metadata store can be replaced as long as one package knows its engine"),
        only("ctrenc.overlay.fuse.jnr..", "(jnr|ru.serce)\\..*")
            .because("libfuse is one transport among several"),
        only("ctrenc.crypto..", "org.bouncycastle.*")
            .because("cryptography is chosen in one module"),
        only("ctrenc.crypto..", "javax.crypto.*").because("cryptography is chosen in one module"),
        only("ctrenc.daemon..", "(io.quarkus|jakarta)\\..*")
            .because("the store must run without the daemon's frame"),
        only("ctrenc.crypto..", "ctrenc.crypto.secret.RawKeyAccess")
            .because("whoever reads key bytes has to wipe them, and is looked for in one module"),
        noClasses()
            .that(
                not(
                    resideInAnyPackage(
                        "ctrenc.crypto.aead",
                        "ctrenc.crypto.extent",
                        "ctrenc.crypto.record",
                        "ctrenc.crypto.wrap")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ctrenc.crypto.aead")
            .because("a nonce is never chosen by a caller"),
        noClasses()
            .that(resideInAnyPackage("ctrenc.overlay.scrub..", "ctrenc.overlay.export.."))
            .should()
            .transitivelyDependOnClassesThat()
            .resideInAPackage("ctrenc.crypto..")
            .because("whatever moves, counts or verifies ciphertext cannot reach a key"),
        noClasses()
            .that(resideInAPackage("ctrenc.crypto.."))
            .should()
            .callMethod(Thread.class, "start")
            .because("keys and sealing start no threads"),
        noClasses()
            .that(not(resideInAnyPackage("ctrenc.daemon..", "ctrenc.cli..", "ctrenc.proto..")))
            .and(not(resideInAPackage("ctrenc.e2e..")))
            .should()
            .dependOnClassesThat()
            .haveNameMatching("(io.grpc|com.google.protobuf)\\..*")
            .because("the wire ends at the daemon"),
        noClasses()
            .that(resideInAPackage("ctrenc.crypto.."))
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                "java.nio.file.*|java.io.(File|RandomAccessFile).*|java.nio.channels.*"
                    + "|java.lang.Thread.Builder|java.util.concurrent.(Executor|Future|CompletableFuture|Fork).*"
                    + "|org.slf4j.*|java.lang.System.Logger")
            .because("keys and sealing know no files, no threads and no logs"));
  }

  private static Stream<ArchRule> habits() {
    return Stream.of(
        noClasses()
            .that(not(resideInAPackage("ctrenc.cli..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.logging..")
            .because("the log is written through slf4j, with facts as fields"),
        noClasses()
            .that(not(resideInAnyPackage("ctrenc.cli..", "ctrenc.e2e..")))
            .and()
            .doNotHaveFullyQualifiedName("ctrenc.daemon.Main")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("only the command line speaks to people, and a daemon that cannot start"),
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("sun.misc.Unsafe")
            .because("java.lang.foreign checks bounds and lifetimes"),
        noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", java.time.Duration.class)
            .because("a condition is waited for, not guessed at"),
        noClasses()
            .that(not(resideInAPackage("ctrenc.cli..")))
            .should()
            .callMethod(System.class, "exit", int.class)
            .because("a library that ends the process takes all containers with it"),
        noClasses()
            .should()
            .callMethod(Throwable.class, "printStackTrace")
            .because("an exception is translated at a border or goes up"),
        fields()
            .that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat(not(resideInAnyPackage("ctrenc.proto..")))
            .and()
            .doNotHaveModifier(com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC)
            .should()
            .beFinal()
            .because("static mutable state couples what knows nothing of each other"),
        slices()
            .matching("ctrenc.(*).(*)..")
            .should()
            .beFreeOfCycles()
            .because("packages in a cycle are one package that says it is two"));
  }

  /** Classes of that name are for one package alone. */
  private static com.tngtech.archunit.lang.syntax.elements.ClassesShouldConjunction only(
      String where, String names) {
    return noClasses()
        .that(not(resideInAPackage(where)))
        .and(not(resideInAPackage("ctrenc.e2e..")))
        .should()
        .dependOnClassesThat()
        .haveNameMatching(names);
  }
}
