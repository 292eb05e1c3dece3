package io.millrace.simulation;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.engine.topology.Topology;
import io.millrace.runtime.ClientFactory;
import io.millrace.runtime.InstanceConfig;
import io.millrace.runtime.OnDataLoss;
import io.millrace.runtime.Rounds;
import io.millrace.state.StateBackend;
import io.millrace.state.StateUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;

/** The instances of the job: each a disk and, most of the time, a process. Starts, stops and kills them, and runs their rounds. */
final class Fleet {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final long LONGEST_RESTART_MS = 20_000;

    /** A round that can be run now. The last one of a process is its restorer's. */
    record Turn(Incarnation process, int round) {}

    private static final class Place {
        private Disk disk;
        private Incarnation process;
        private long startAtMs;
        private boolean wanted = true;

        Place(Disk disk, Incarnation process) {
            this.disk = disk;
            this.process = process;
        }
    }

    private final Topology topology;
    private final SimulatedKafka kafka;
    private final VirtualClock clock;
    private final Fate fate;
    private final Seams seams;
    private final int workers;
    private final int standbys;
    private final Duration checkpointInterval;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final List<Disk> disks = new ArrayList<>();

    Fleet(
            Topology topology,
            SimulatedKafka kafka,
            VirtualClock clock,
            Fate fate,
            Seams seams,
            int workers,
            int standbys,
            Duration checkpointInterval) {
        this.topology = topology;
        this.kafka = kafka;
        this.clock = clock;
        this.fate = fate;
        this.seams = seams;
        this.workers = workers;
        this.standbys = standbys;
        this.checkpointInterval = checkpointInterval;
    }

    /** Adds an instance, whose process starts with the next {@link #startDue}. */
    void add(String instance) {
        Disk disk = newDisk(instance);
        Incarnation none = new Incarnation(instance, disk, workers);
        none.die();
        places.put(instance, new Place(disk, none));
    }

    private Disk newDisk(String instance) {
        Disk disk = new Disk("disk " + (disks.size() + 1) + " of " + instance);
        disks.add(disk);
        return disk;
    }

    Collection<Incarnation> alive() {
        return places.values().stream()
                .map(place -> place.process)
                .filter(process -> !process.isDead())
                .toList();
    }

    List<Turn> turns() {
        List<Turn> turns = new ArrayList<>();
        for (Place place : places.values()) {
            Incarnation process = place.process;
            if (process.isUp() && !process.isFrozen(clock.millis())) {
                for (int round = 0; round <= process.workers(); round++) {
                    if (!process.isBusy(round)) {
                        turns.add(new Turn(process, round));
                    }
                }
            }
        }
        return turns;
    }

    void run(Turn turn) {
        Incarnation process = turn.process;
        process.busy(turn.round, true);
        try {
            if (turn.round == process.workers()) {
                process.rounds().restore();
            } else {
                process.rounds().work(turn.round);
            }
        } catch (Crash e) {
            requireDead(process, e);
        } catch (RuntimeException e) {
            failed(process, e);
        } finally {
            process.busy(turn.round, false);
        }
    }

    private static void requireDead(Incarnation process, Crash crash) {
        if (!process.isDead()) {
            throw crash;
        }
    }

    /** The job has given up in a process. Nothing that is simulated is a reason to, apart from a disk that is full. */
    private void failed(Incarnation process, RuntimeException failure) {
        if (process.isDead()) {
            return;
        }
        if (!(failure instanceof StateUnavailableException)) {
            Violation violation = new Violation(process.instance() + " gives up: " + failure);
            violation.initCause(failure);
            throw violation;
        }
        kafka.trace(process.instance(), "gives up: " + failure.getMessage());
        process.disk().full(false);
        // Another of its rounds may be under way, which a process that ends by itself would wait for.
        crash(process);
    }

    /** The process is dead from now on; whatever of it is under way ends with its next call. */
    void crash(Incarnation process) {
        if (process.isDead()) {
            return;
        }
        kafka.trace(process.instance(), "CRASHES");
        process.die();
        process.producers().forEach(SimulatedProducer::died);
        process.disk().crash(fate.dice());
        Place place = place(process);
        place.startAtMs = clock.millis() + fate.dice().between(0, LONGEST_RESTART_MS);
        if (fate.strikes(Fault.DISK_LOST)) {
            kafka.trace(process.instance(), "loses its disk");
            disks.remove(place.disk);
            place.disk = newDisk(process.instance());
        } else if (fate.strikes(Fault.DISK_DAMAGED)) {
            place.disk.damage(fate.dice());
        }
    }

    private Place place(Incarnation process) {
        Place place = places.get(process.instance());
        if (place == null) {
            throw new IllegalStateException("no instance " + process.instance());
        }
        return place;
    }

    /** Starts the processes that should be there. */
    void startDue() {
        for (Place place : List.copyOf(places.values())) {
            if (place.wanted && place.process.isDead() && clock.millis() >= place.startAtMs) {
                start(place);
            }
        }
    }

    private void start(Place place) {
        Incarnation process = new Incarnation(place.process.instance(), place.disk, workers);
        place.process = process;
        kafka.trace(process.instance(), "starts");
        for (int round = 0; round <= workers; round++) {
            process.busy(round, true);
        }
        try {
            ClientFactory clients = seams.clients(new SimulatedClients(kafka, process, fate), kafka);
            StateBackend backend = seams.state(place.disk.mount(process, fate, kafka.invariants()));
            InstanceConfig config = new InstanceConfig(
                    process.instance(), Map.of(), workers, checkpointInterval, false, OnDataLoss.FAIL, standbys, false);
            process.started(
                    Rounds.open(
                            topology, config, backend, clients, clients.cluster(), new SimpleMeterRegistry(), clock),
                    backend);
        } catch (Crash e) {
            requireDead(process, e);
        } catch (KafkaException e) {
            kafka.trace(process.instance(), "cannot start: " + e.getMessage());
            process.die();
        } finally {
            for (int round = 0; round <= workers; round++) {
                process.busy(round, false);
            }
        }
    }

    /** Stops a process in good order, unless it is in the middle of something. It is not started again before then. */
    void stop(Incarnation process, long untilMs) {
        if (!process.isUp() || process.isBusy() || process.isFrozen(clock.millis())) {
            return;
        }
        place(process).startAtMs = untilMs;
        kafka.trace(process.instance(), "is stopped");
        try {
            for (int worker = 0; worker < workers; worker++) {
                process.busy(worker, true);
                process.rounds().closeWorker(worker, CLOSE_TIMEOUT);
            }
            process.busy(workers, true);
            process.rounds().close();
            process.closeBackend();
            kafka.trace(process.instance(), "has stopped");
        } catch (Crash e) {
            requireDead(process, e);
        } catch (RuntimeException e) {
            failed(process, e);
        } finally {
            for (int round = 0; round <= workers; round++) {
                process.busy(round, false);
            }
        }
        process.die();
    }

    /** Stops all in good order and starts none again. */
    void stopAll() {
        places.values().forEach(place -> place.wanted = false);
        places.values().forEach(place -> stop(place.process, Long.MAX_VALUE));
    }

    /** Everybody goes on, and who is wanted starts at once. */
    void heal() {
        for (Place place : places.values()) {
            place.process.freezeUntil(0);
            place.startAtMs = Math.min(place.startAtMs, clock.millis());
        }
        disks.forEach(disk -> disk.full(false));
    }

    /** Whether all instances that should be there run, and all tasks with them. */
    boolean runs(int tasks) {
        int running = 0;
        for (Place place : places.values()) {
            if (!place.process.isUp()) {
                if (place.wanted) {
                    return false;
                }
                continue;
            }
            for (int worker = 0; worker < workers; worker++) {
                running += place.process.rounds().running(worker);
            }
        }
        return running == tasks;
    }

    /** An instance that is to run, or not, from now on. */
    void want(String instance, boolean wanted) {
        Place place = places.get(instance);
        if (place != null) {
            place.wanted = wanted;
        }
    }

    List<Disk> disks() {
        return disks;
    }

    List<String> instances() {
        return List.copyOf(places.keySet());
    }
}
