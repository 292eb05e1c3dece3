package io.millrace.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Random;
import java.util.Timer;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows between the modules, and who may hold what. A wrong import fails here, so that nobody has to remember. */
final class ArchitectureTest {
    private static final String CONFIG = "io.millrace.config..";
    private static final String SERDE = "io.millrace.serde..";
    private static final String STATE = "io.millrace.state";
    private static final String ROCKSDB = "io.millrace.state.rocksdb..";
    private static final String API = "io.millrace.api..";
    private static final String ENGINE = "io.millrace.engine..";
    private static final String PLAN = "io.millrace.plan..";
    private static final String RUNTIME = "io.millrace.runtime..";
    private static final String LOCAL = "io.millrace.local..";
    private static final String TESTING = "io.millrace.testing..";
    private static final String SIMULATION = "io.millrace.simulation..";
    private static final String APP = "io.millrace.app..";

    private static final JavaClasses MILLRACE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.millrace");

    @Test
    void every_module_is_looked_at() {
        for (String module :
                new String[] {CONFIG, SERDE, STATE, ROCKSDB, API, ENGINE, PLAN, RUNTIME, TESTING, SIMULATION, LOCAL, APP}) {
            assertThat(MILLRACE.that(resideInAPackage(module))).as(module).isNotEmpty();
        }
    }

    @Test
    void modules_see_only_what_the_design_lets_them_see() {
        sees(CONFIG);
        sees(SERDE);
        sees(STATE);
        sees(LOCAL);
        sees(ROCKSDB, STATE);
        sees(API, SERDE);
        sees(ENGINE, API, SERDE, STATE);
        sees(PLAN, ENGINE, CONFIG, SERDE);
        sees(RUNTIME, ENGINE, SERDE, STATE);
        sees(TESTING, API, ENGINE, SERDE, STATE);
        sees(SIMULATION, RUNTIME, ENGINE, SERDE, STATE);
    }

    @Test
    void each_heavy_library_has_one_owner() {
        only("org.apache.kafka..", RUNTIME, SIMULATION, LOCAL, APP);
        only("org.apache.calcite..", PLAN);
        only("org.codehaus.commons.compiler..", PLAN);
        only("org.rocksdb..", ROCKSDB);
        only("org.snakeyaml..", CONFIG);
        only("org.apache.avro..", SERDE);
        only("com.fasterxml.jackson..", SERDE);
        only("com.google.protobuf..", SERDE);
        only("picocli..", APP);
        only("com.sun.net.httpserver..", APP);
        only("kafka..", LOCAL);
    }

    @Test
    void threads_are_made_by_the_workers_the_restorer_and_the_app_only() {
        DescribedPredicate<JavaCall<?>> threads = ambient(Thread.class, "<init>|startVirtualThread|of.*")
                .or(ambient(Executors.class, "new.*"))
                .or(ambient(ThreadPoolExecutor.class, "<init>"))
                .or(ambient(ForkJoinPool.class, "<init>"))
                .or(ambient(Timer.class, "<init>"));
        // A thread class of the runtime calls Thread's constructor as its parent's; nobody else does.
        check(noClasses()
                .that()
                .resideOutsideOfPackages(APP, LOCAL)
                .and(not(resideInAPackage(RUNTIME).and(simpleNameEndingWith("Thread"))))
                .should()
                .callCodeUnitWhere(threads));
    }

    @Test
    void time_and_chance_are_arguments() {
        DescribedPredicate<JavaCall<?>> ambient = ambient(System.class, "currentTimeMillis|nanoTime")
                .or(ambient(Instant.class, "now"))
                .or(ambient(LocalDate.class, "now"))
                .or(ambient(LocalDateTime.class, "now"))
                .or(ambient(Clock.class, "system.*"))
                .or(ambient(Math.class, "random"))
                .or(ambient(Random.class, "<init>"))
                .or(ambient(ThreadLocalRandom.class, "current"))
                .or(ambient(UUID.class, "randomUUID"))
                .or(ambient(Thread.class, "sleep"));
        check(noClasses()
                .that()
                .resideOutsideOfPackages(APP, LOCAL)
                // Its one overload that takes no clock; wiring uses the other.
                .and(not(simpleName("SchemaRegistries")))
                .should()
                .callCodeUnitWhere(ambient));
    }

    @Test
    void every_package_says_what_null_means() {
        TreeSet<String> unmarked = new TreeSet<>();
        for (JavaClass type : MILLRACE) {
            if (type.getPackage()
                    .tryGetPackageInfo()
                    .filter(info -> info.isAnnotatedWith(NullMarked.class))
                    .isEmpty()) {
                unmarked.add(type.getPackageName());
            }
        }
        assertThat(unmarked).as("packages without @NullMarked").isEmpty();
    }

    private static DescribedPredicate<JavaCall<?>> ambient(Class<?> type, String methods) {
        return target(owner(name(type.getName()))).and(target(nameMatching(methods)));
    }

    private static void sees(String module, String... others) {
        String[] allowed = new String[others.length + 1];
        allowed[0] = module;
        System.arraycopy(others, 0, allowed, 1, others.length);
        check(classes()
                .that()
                .resideInAPackage(module)
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.or(
                        resideInAPackage("io.millrace..").negate(), JavaClass.Predicates.resideInAnyPackage(allowed))));
    }

    private static void only(String library, String... owners) {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(owners)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(MILLRACE);
    }
}
