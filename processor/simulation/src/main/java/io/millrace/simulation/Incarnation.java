package io.millrace.simulation;

import io.millrace.runtime.Rounds;
import io.millrace.state.StateBackend;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One life of an instance: a process from its start to its end. What it holds is gone with it, apart from the disk. */
final class Incarnation {
    private final String instance;
    private final Disk disk;
    private final List<SimulatedConsumer> consumers = new ArrayList<>();
    private final List<SimulatedProducer> producers = new ArrayList<>();
    private final boolean[] busy;
    private @Nullable StateBackend backend;
    private @Nullable Rounds rounds;
    private boolean dead;
    private long frozenUntilMs;

    /** @param workers the last of the {@code workers + 1} rounds is the restorer's */
    Incarnation(String instance, Disk disk, int workers) {
        this.instance = instance;
        this.disk = disk;
        this.busy = new boolean[workers + 1];
    }

    String instance() {
        return instance;
    }

    Disk disk() {
        return disk;
    }

    void started(Rounds made, StateBackend over) {
        rounds = made;
        backend = over;
    }

    boolean isUp() {
        return rounds != null && !dead;
    }

    Rounds rounds() {
        if (rounds == null) {
            throw new IllegalStateException(instance + " is not started");
        }
        return rounds;
    }

    int workers() {
        return busy.length - 1;
    }

    boolean isBusy(int round) {
        return busy[round];
    }

    boolean isBusy() {
        for (boolean one : busy) {
            if (one) {
                return true;
            }
        }
        return false;
    }

    void busy(int round, boolean now) {
        busy[round] = now;
    }

    void freezeUntil(long timeMs) {
        frozenUntilMs = timeMs;
    }

    boolean isFrozen(long nowMs) {
        return nowMs < frozenUntilMs;
    }

    /** Ends it, for whatever reason. */
    void die() {
        dead = true;
    }

    void closeBackend() {
        if (backend != null) {
            backend.close();
        }
    }

    boolean isDead() {
        return dead;
    }

    void check() {
        if (dead) {
            throw new Crash(instance);
        }
    }

    void add(SimulatedConsumer consumer) {
        consumers.add(consumer);
    }

    void add(SimulatedProducer producer) {
        producers.add(producer);
    }

    List<SimulatedConsumer> consumers() {
        return consumers;
    }

    List<SimulatedProducer> producers() {
        return producers;
    }
}
