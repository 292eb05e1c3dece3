package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final int MOST_SEEDS = 1_000;
    private static final int TRACE_LINES = 150;
    private static final long SECONDS = Long.getLong("simulation.seconds", 20);

    @Test
    void whatever_breaks_the_output_is_exact() {
        Long seed = Long.getLong("seed");
        if (seed != null) {
            check(Simulation.run(seed), 600);
            return;
        }
        long startedNanos = System.nanoTime();
        long first = Long.getLong("simulation.first", startedNanos & 0xffff_ffffL);
        long runs = 0;
        Map<String, Integer> seen = new TreeMap<>();
        long rounds = 0;
        while (System.nanoTime() - startedNanos < SECONDS * 1_000_000_000L) {
            Simulation.Result result = Simulation.run(first + runs);
            check(result, TRACE_LINES);
            runs++;
            result.seen().forEach((what, count) -> seen.merge(what, count, Integer::sum));
            rounds += result.rounds();
        }
        System.out.println("simulated " + runs + " clusters in " + SECONDS + " s from seed " + first + ": " + rounds
                + " rounds, " + seen);
        assertThat(runs).isPositive();
    }

    private static void check(Simulation.Result result, int lines) {
        Throwable violation = result.violation();
        if (violation != null) {
            fail(result.report(lines), violation);
        }
    }

    @Test
    void the_same_seed_is_the_same_run() {
        for (long seed = 1; seed <= 20; seed++) {
            Simulation.Result first = Simulation.run(seed);
            Simulation.Result second = Simulation.run(seed);
            assertThat(second.fingerprint()).as("seed %d", seed).isEqualTo(first.fingerprint());
            assertThat(second.trace()).as("seed %d", seed).isEqualTo(first.trace());
        }
    }

    /** Or the simulation would prove less than it seems to. */
    @Test
    void whatever_can_happen_does() {
        Set<String> unseen = new TreeSet<>(Set.of(
                "offsets: ILLEGAL_GENERATION",
                "offsets: UNKNOWN_MEMBER_ID",
                "offsets: PRODUCER_FENCED",
                "offsets: INVALID_PRODUCER_ID_MAPPING",
                "commit: PRODUCER_FENCED",
                "commit, asked again: NONE",
                "commit, asked again: PRODUCER_FENCED",
                "late commit: NONE",
                "late commit: PRODUCER_FENCED",
                "late batch: NONE",
                "late batch: INVALID_PRODUCER_EPOCH",
                "abort: PRODUCER_FENCED",
                "write: InvalidProducerEpochException",
                "write: TimeoutException",
                "tasks are lost",
                "tasks are revoked",
                "a member comes back while the group is PREPARING",
                "a member comes back while the group is COMPLETING",
                "a member comes back while the group is STABLE",
                "a restoration waits for a pending transaction",
                "a standby reads",
                "a transaction times out"));
        for (Fault fault : Fault.values()) {
            unseen.add(fault.name());
        }
        for (long seed = 1; seed <= MOST_SEEDS && !unseen.isEmpty(); seed++) {
            unseen.removeAll(Simulation.run(seed).seen().keySet());
        }
        assertThat(unseen).as("after %d seeds", MOST_SEEDS).isEmpty();
    }

    @Test
    void seeds_that_once_failed_do_not() throws IOException {
        for (long seed : failedOnce()) {
            check(Simulation.run(seed), TRACE_LINES);
        }
    }

    private static List<Long> failedOnce() throws IOException {
        try (InputStream file = Objects.requireNonNull(SimulationTest.class.getResourceAsStream("seeds.txt"));
                BufferedReader reader = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            return reader.lines()
                    .map(line -> line.replaceFirst("#.*", "").trim())
                    .filter(line -> !line.isEmpty())
                    .map(Long::valueOf)
                    .toList();
        }
    }
}
