package dev.lockstep.tests;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The laws of the house, held by a test. */
class ArchitectureTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/testkit/"))
            .importPackages("dev.lockstep");

    /** Qualified exports of the loader tell which internal packages it uses: one reader of JSON, of files and of hash trees serves both. */
    private static final String GUARD = "dev.lockstep.guard..";

    @Test
    void theWholeHouseIsLookedAt() {
        for (String room : List.of("securemem", "quant", "kernel", "loader", "models", "guard", "app")) {
            assertThat(HOUSE.stream().filter(c -> c.getPackageName().startsWith("dev.lockstep." + room))).as(room).isNotEmpty();
        }
    }

    @Test
    void arrowsPointOneWay() {
        Architectures.layeredArchitecture().consideringOnlyDependenciesInLayers()
                .layer("secure-mem").definedBy("dev.lockstep.securemem..")
                .layer("quant").definedBy("dev.lockstep.quant..")
                .layer("kernel").definedBy("dev.lockstep.kernel..")
                .layer("loader").definedBy("dev.lockstep.loader..")
                .layer("models").definedBy("dev.lockstep.models..")
                .layer("guard").definedBy("dev.lockstep.guard..")
                .layer("app").definedBy("dev.lockstep.app..")
                .whereLayer("secure-mem").mayNotAccessAnyLayer()
                .whereLayer("quant").mayOnlyAccessLayers("secure-mem")
                .whereLayer("kernel").mayOnlyAccessLayers("quant", "secure-mem")
                .whereLayer("loader").mayOnlyAccessLayers("quant", "secure-mem")
                .whereLayer("models").mayOnlyAccessLayers("kernel", "loader", "quant", "secure-mem")
                .whereLayer("guard").mayOnlyAccessLayers("loader", "quant", "secure-mem")
                .whereLayer("app").mayNotBeAccessedByAnyLayer()
                .check(HOUSE);
    }

    @Test
    void onlyKernelKnowsTheVectorApi() {
        noClasses().that().resideOutsideOfPackage("dev.lockstep.kernel..")
                .should().dependOnClassesThat().resideInAPackage("jdk.incubator..").check(HOUSE);
    }

    @Test
    void vectorsStayInTheirPackage() {
        noClasses().that().resideInAPackage("dev.lockstep.kernel..").and().resideOutsideOfPackage("dev.lockstep.kernel.internal.vector..")
                .and().doNotHaveSimpleName("VectorProvider")
                .should().dependOnClassesThat().resideInAPackage("jdk.incubator..").check(HOUSE);
    }

    @Test
    void onlyReportsKnowTheChartLibraries() {
        noClasses().that().resideOutsideOfPackage("dev.lockstep.app.bench.report..")
                .should().dependOnClassesThat().resideInAnyPackage("org.knowm..", "org.apache.batik..", "java.awt..").check(HOUSE);
    }

    /** It can open files, follow links into others, and load filters by reflection: one package knows what it may be asked. */
    @Test
    void onlyTheReaderOfHdf5KnowsJhdf() {
        noClasses().that().resideOutsideOfPackage("dev.lockstep.loader.internal.hdf5..")
                .should().dependOnClassesThat().resideInAPackage("io.jhdf..").check(HOUSE);
        noClasses().should().dependOnClassesThat().haveFullyQualifiedName("io.jhdf.HdfFile")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("io.jhdf.filter.FilterManager")
                .orShould().dependOnClassesThat().resideInAPackage("io.jhdf.links..").check(HOUSE);
    }

    @Test
    void theLowerRoomsNeedTheJdkAlone() {
        classes().that().resideInAnyPackage("dev.lockstep.securemem..", "dev.lockstep.quant..", "dev.lockstep.kernel..")
                .should().onlyDependOnClassesThat(resideInAnyPackage("java..", "com.sun.management..", "jdk.incubator.vector..", "dev.lockstep..")).check(HOUSE);
    }

    @Test
    void internalPackagesAreUsedOnlyByTheirModule() {
        for (String room : List.of("kernel", "loader", "models", "guard")) {
            String prefix = "dev.lockstep." + room;
            noClasses().that(resideOutsideOfPackages(prefix + "..", room.equals("loader") ? GUARD : prefix))
                    .should().dependOnClassesThat().resideInAPackage(prefix + ".internal..").check(HOUSE);
        }
    }

    /** A command that opened a model by itself would have asked nobody; QualitySuite asks whom its original was opened through. */
    @Test
    void commandsOpenModelsThroughTheGuardAlone() {
        noClasses().that().resideInAPackage("dev.lockstep.app..").and().doNotHaveSimpleName("GuardedLoader").and().doNotHaveSimpleName("QualitySuite")
                .should().dependOnClassesThat().haveFullyQualifiedName("dev.lockstep.loader.CheckpointLoader")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("dev.lockstep.models.Lockstep").check(HOUSE);
    }

    @Test
    void noMethodIsNative() {
        noMethods().should().haveModifier(JavaModifier.NATIVE).check(HOUSE);
    }

    /** Hardened memory asks the C library that Java runs on; nobody else has a reason to leave Java. */
    @Test
    void onlyHardenedMemoryCallsTheSystem() {
        noClasses().that().doNotHaveFullyQualifiedName("dev.lockstep.securemem.LibC")
                .should().dependOnClassesThat().haveFullyQualifiedName("java.lang.foreign.Linker")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.lang.foreign.SymbolLookup").check(HOUSE);
        noClasses().that().resideOutsideOfPackage("dev.lockstep.securemem..")
                .should().callMethod(MemorySegment.class, "reinterpret", long.class)
                .orShould().callMethod(MemorySegment.class, "reinterpret", Arena.class, Consumer.class)
                .orShould().callMethod(MemorySegment.class, "reinterpret", long.class, Arena.class, Consumer.class).check(HOUSE);
    }

    /** Deserialization, regular expressions on input, native code and Unsafe: each the way into some other runtime. */
    @Test
    void whatThisHouseDoesNotUse() {
        noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.io.ObjectInputStream")
                .orShould().dependOnClassesThat().resideInAPackage("java.util.regex..")
                .orShould().callMethod(String.class, "matches", String.class)
                .orShould().callMethod(String.class, "replaceAll", String.class, String.class)
                .orShould().callMethod(String.class, "replaceFirst", String.class, String.class)
                .orShould().dependOnClassesThat().haveFullyQualifiedName("sun.misc.Unsafe")
                .orShould().callMethod(System.class, "loadLibrary", String.class)
                .orShould().callMethod(System.class, "load", String.class)
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.ForkJoinPool")
                .check(HOUSE);
    }
}
