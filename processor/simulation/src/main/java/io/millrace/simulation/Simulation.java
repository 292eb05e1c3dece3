package io.millrace.simulation;

import io.millrace.engine.topology.Topology;
import io.millrace.serde.RetriableDecodeException;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One simulated run of a whole cluster. A seed decides how many instances, workers, partitions and keys there are, which faults can strike
 * and how often, and then, step by step, who does what next. The same seed gives the same run.
 *
 * <p>All happens on one thread. What would be concurrent elsewhere is nested here: in the middle of any call of a process, other processes
 * may run whole rounds of their workers and restorers, as may others in the middle of theirs; and a process that waits, or stands still, is one
 * in whose call the others go on until its time is over. A crash is an error that unwinds the process's stack.
 *
 * <p>When the faults are over, the job must process all there is, and everything must be as if there had been none.
 */
public final class Simulation implements Fate {
    private static final int DEEPEST = 3;
    private static final long SETTLED_WITHIN_MS = 1_200_000;
    private static final long LONGEST_STEP_MS = 60;
    private static final long LONGEST_WAITING_STEP_MS = 600;
    private static final long LONGEST_SHORT_PAUSE_MS = 25_000;
    /** Repartition topics are cut meanwhile. */
    private static final long LONGEST_PAUSE_MS = 100_000;

    private static final double LONG_PAUSE = 0.2;
    private static final double WRITES = 0.08;
    private static final List<Integer> SLOWEST_MARKERS_MS = List.of(0, 0, 20, 200, 3_000);

    /** With short ones nearly every round commits, with long ones transactions stay open over many. */
    private static final List<Long> INTERVALS_MS = List.of(100L, 1_000L, 4_000L);

    private record Later(long dueMs, long order, Runnable what) {}

    private final long seed;
    private final Dice dice;
    private final VirtualClock clock = new VirtualClock();
    private final Trace trace = new Trace(clock);
    private final Topology topology = CountingJob.topology(this::decoding);
    private final Map<Fault, Double> rates = new EnumMap<>(Fault.class);
    private final PriorityQueue<Later> later =
            new PriorityQueue<>(Comparator.comparingLong(Later::dueMs).thenComparingLong(Later::order));
    private final SimulatedKafka kafka;
    private final Fleet fleet;
    private final EventSource events;
    private final StateFollowsTheChangelog state;
    private final NothingIsLeftOver rest;
    private final int partitions;
    private final int steps;
    private boolean faulty = true;
    private int depth;
    private long nextOrder;
    private int rounds;

    private Simulation(long seed, Seams seams) {
        this.seed = seed;
        this.dice = new Dice(seed);
        this.partitions = 1 + dice.below(3);
        this.steps = (int) dice.between(100, 500);
        for (Fault fault : Fault.values()) {
            // Each run has its own faults, so that none hides another.
            boolean strikes = dice.happens(0.5);
            rates.put(fault, strikes ? fault.probability() * dice.below(101) / 100 : 0);
        }
        Invariants invariants = new Invariants();
        this.kafka = new SimulatedKafka(clock, dice, trace, invariants, dice.happens(0.5) ? 0 : 3_000);
        kafka.slowestMarkerMs(dice.pick(SLOWEST_MARKERS_MS));
        kafka.create(CountingJob.EVENTS, partitions, "delete");
        topology.sinkTopics().forEach(topic -> kafka.create(topic, 2, "delete"));
        this.fleet = new Fleet(
                topology,
                kafka,
                clock,
                this,
                seams,
                1 + dice.below(2),
                dice.below(2),
                Duration.ofMillis(dice.pick(INTERVALS_MS)));
        int instances = 1 + dice.below(3);
        for (int i = 1; i <= instances; i++) {
            fleet.add("i" + i);
        }
        this.events = new EventSource(kafka, dice, this, partitions, 10 + dice.below(100));
        this.state = new StateFollowsTheChangelog(kafka, topology);
        this.rest = new NothingIsLeftOver(
                kafka,
                List.of(
                        CountingJob.EVENTS,
                        topology.exchanges().get(0).topic(),
                        topology.exchanges().get(1).topic()));
        invariants.add(new OffsetsNeverGoBack());
        invariants.add(new OneOwner(fleet::alive));
        invariants.add(state);
        invariants.add(rest);
        invariants.add(new OutputIsExact(kafka));
    }

    /**
     * How a run went.
     *
     * @param violation null if all was as it must be
     * @param trace what happened last
     * @param fingerprint of all that happened
     * @param seen how often what happened; faults by their names
     */
    public record Result(
            long seed,
            @Nullable Throwable violation,
            List<String> trace,
            long fingerprint,
            int rounds,
            Map<String, Integer> seen) {
        /** What is needed to understand and to repeat a run that failed. */
        public String report(int lines) {
            List<String> last = trace.subList(Math.max(0, trace.size() - lines), trace.size());
            return String.join("\n", last) + "\nseed " + seed + ": " + violation + "\nAgain:"
                    + " ./mvnw -pl processor/simulation -am test -Dtest=SimulationTest -Dseed=" + seed
                    + " -Dsurefire.failIfNoSpecifiedTests=false";
        }
    }

    /** Runs a cluster until all is processed, or something is wrong. */
    public static Result run(long seed) {
        return run(seed, Seams.NONE);
    }

    static Result run(long seed, Seams seams) {
        Simulation simulation = new Simulation(seed, seams);
        Throwable violation = null;
        try {
            simulation.live();
        } catch (Violation | RuntimeException e) {
            violation = e;
        }
        return new Result(
                seed,
                violation,
                simulation.trace.lines(),
                simulation.trace.fingerprint(),
                simulation.rounds,
                simulation.trace.seen());
    }

    private void live() {
        trace.add("seed", seed + ": " + partitions + " partitions, " + fleet.instances() + ", " + rates);
        for (int step = 0; step < steps; step++) {
            step(LONGEST_STEP_MS);
        }
        faulty = false;
        fleet.heal();
        kafka.unavailableUntil(0);
        trace.add("seed", "no more faults from here on");
        events.end();
        settle();
        fleet.stopAll();
        settleMarkers();
        kafka.invariants().atEnd();
        fleet.disks().forEach(state::check);
        if (dice.happens(0.3)) {
            rebuild();
        }
    }

    /** All state once more, on an empty disk, from what is left of the changelogs. */
    private void rebuild() {
        trace.add("seed", "all state is built anew");
        fleet.add("new");
        settle();
        fleet.stopAll();
        settleMarkers();
        kafka.invariants().atEnd();
        fleet.disks().forEach(state::check);
    }

    private void settle() {
        long deadlineMs = clock.millis() + SETTLED_WITHIN_MS;
        int tasks = topology.stages().size() * partitions;
        while (!fleet.runs(tasks) || !rest.rest().isEmpty()) {
            if (clock.millis() > deadlineMs) {
                throw new Violation(
                        "it does not settle: " + (fleet.runs(tasks) ? "" : "not all tasks run; ") + rest.rest());
            }
            step(LONGEST_WAITING_STEP_MS);
        }
    }

    private void settleMarkers() {
        long deadlineMs = clock.millis() + SETTLED_WITHIN_MS;
        while (!rest.rest().isEmpty() && clock.millis() < deadlineMs) {
            advance(LONGEST_WAITING_STEP_MS);
        }
    }

    // ---- time and turns

    /** A little time passes, and somebody's round, if there is anybody who can. */
    private void step(long longestMs) {
        advance(dice.between(0, longestMs));
        if (faulty) {
            disturb();
            if (dice.happens(WRITES)) {
                events.write();
            }
        }
        if (depth == 0) {
            fleet.startDue();
        }
        List<Fleet.Turn> turns = fleet.turns();
        if (turns.isEmpty()) {
            advance(longestMs);
        } else {
            rounds++;
            fleet.run(dice.pick(turns));
        }
    }

    private void advance(long ms) {
        clock.advance(ms);
        while (!later.isEmpty() && later.element().dueMs <= clock.millis()) {
            later.remove().what.run();
        }
        for (Incarnation process : fleet.alive()) {
            if (!process.isFrozen(clock.millis())) {
                process.consumers().stream()
                        .filter(SimulatedConsumer::isMember)
                        .forEach(consumer -> consumer.member().heartbeat());
            }
        }
        kafka.tick();
    }

    /** What may happen to the cluster or to a process that is between two rounds. */
    private void disturb() {
        if (strikes(Fault.REBALANCE)) {
            kafka.group().rebalance("somebody has asked for it");
        }
        if (strikes(Fault.COORDINATOR_MOVES)) {
            trace.add("kafka", "coordinators move");
            kafka.transactions().holdMarkersUntil(clock.millis() + dice.below(15_000));
        }
        if (strikes(Fault.UNAVAILABLE)) {
            trace.add("kafka", "is unavailable");
            kafka.unavailableUntil(clock.millis() + dice.between(100, 40_000));
        }
        if (strikes(Fault.COMPACTION)) {
            kafka.compactSome();
        }
        List<String> ids = kafka.transactions().ids();
        if (!ids.isEmpty() && strikes(Fault.FENCE)) {
            String id = dice.pick(ids);
            trace.add(id, "is fenced");
            kafka.transactions().fence(id);
        }
        if (!ids.isEmpty() && strikes(Fault.ID_EXPIRES)) {
            String id = dice.pick(ids);
            if (kafka.transactions().expire(id)) {
                trace.add(id, "has expired");
            }
        }
        List<Incarnation> up = fleet.alive().stream().filter(Incarnation::isUp).toList();
        if (!up.isEmpty() && strikes(Fault.DISK_FULL)) {
            dice.pick(up).disk().full(true);
        }
        if (!up.isEmpty() && strikes(Fault.SCALE)) {
            fleet.stop(dice.pick(up), clock.millis() + dice.between(0, 60_000));
        }
    }

    // ---- Fate

    @Override
    public void between(Incarnation process) {
        process.check();
        if (!faulty) {
            return;
        }
        if (depth < DEEPEST && strikes(Fault.INTERLEAVE)) {
            depth++;
            try {
                for (int i = dice.below(6); i >= 0; i--) {
                    step(LONGEST_STEP_MS);
                }
            } finally {
                depth--;
            }
        }
        if (strikes(Fault.CRASH)) {
            fleet.crash(process);
        }
        if (strikes(Fault.PAUSE)) {
            long ms = dice.between(100, dice.happens(LONG_PAUSE) ? LONGEST_PAUSE_MS : LONGEST_SHORT_PAUSE_MS);
            trace.add(process.instance(), "stands still for " + ms + " ms");
            process.freezeUntil(clock.millis() + ms);
            await(process, ms, () -> false);
        }
        process.check();
    }

    private void decoding() {
        if (strikes(Fault.DECODING_WAITS)) {
            throw new RetriableDecodeException("a schema cannot be had now", null);
        }
    }

    @Override
    public void await(Incarnation process, long timeoutMs, BooleanSupplier done) {
        long untilMs = clock.millis() + timeoutMs;
        depth++;
        try {
            while (clock.millis() < untilMs && !process.isDead() && !done.getAsBoolean()) {
                if (depth <= DEEPEST) {
                    step(LONGEST_WAITING_STEP_MS);
                } else {
                    advance(LONGEST_WAITING_STEP_MS);
                }
            }
        } finally {
            depth--;
        }
        process.check();
    }

    @Override
    public boolean strikes(Fault fault) {
        boolean strikes = faulty && dice.happens(rates.getOrDefault(fault, 0.0));
        if (strikes) {
            trace.count(fault.name());
        }
        return strikes;
    }

    @Override
    public Dice dice() {
        return dice;
    }

    @Override
    public void later(long delayMs, Runnable what) {
        later.add(new Later(clock.millis() + delayMs, nextOrder++, what));
    }
}
