package io.millrace.app.e2e;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * When which process is killed, stopped and started again: by a seed alone, so that it can be had again. Ends of faults come before the plan
 * ends.
 */
record FaultPlan(List<Event> events) {
    /** A broker takes this long to be back in all its replicas. */
    private static final long BROKER_REST_MS = 9_000;

    private static final long INSTANCE_REST_MS = 4_000;
    private static final long FIRST_OUTAGE_MS = 120_000;

    FaultPlan {
        events = events.stream().sorted(Comparator.comparingLong(Event::atMs)).toList();
    }

    enum Act {
        KILL_INSTANCE,
        START_INSTANCE,
        PAUSE_INSTANCE,
        RESUME_INSTANCE,
        KILL_BROKER,
        START_BROKER,
        PAUSE_BROKER,
        RESUME_BROKER,
        KILL_ALL_BROKERS,
        START_ALL_BROKERS,
        BREAK_ALL_CONNECTIONS;

        /** Whether it does harm, or mends it. */
        boolean isFault() {
            return switch (this) {
                case START_INSTANCE, RESUME_INSTANCE, START_BROKER, RESUME_BROKER, START_ALL_BROKERS -> false;
                default -> true;
            };
        }
    }

    /**
     * @param atMs after the beginning
     * @param target which instance or broker, if the act is upon one
     */
    record Event(long atMs, Act act, int target) {}

    /** One broker at a time, so that a majority is left, but for outages of all; any instances at any time. */
    static FaultPlan of(long seed, long lengthMs, int instances, int brokers) {
        Random random = new Random(seed);
        List<Event> events = new ArrayList<>();
        long[] instanceFreeMs = new long[instances];
        long brokersFreeMs = 0;
        long outageMs = FIRST_OUTAGE_MS;
        long atMs = 1_000;
        while (atMs < lengthMs) {
            int choice = random.nextInt(100);
            if (choice < 50) {
                int target = random.nextInt(instances);
                if (instanceFreeMs[target] <= atMs) {
                    boolean kill = random.nextBoolean();
                    long forMs = 200L + random.nextInt(random.nextInt(3) == 0 ? 12_000 : 4_000);
                    long endMs = Math.min(lengthMs, atMs + forMs);
                    events.add(new Event(atMs, kill ? Act.KILL_INSTANCE : Act.PAUSE_INSTANCE, target));
                    events.add(new Event(endMs, kill ? Act.START_INSTANCE : Act.RESUME_INSTANCE, target));
                    instanceFreeMs[target] = endMs + (kill ? INSTANCE_REST_MS : 500);
                }
            } else if (choice < 85) {
                if (brokersFreeMs <= atMs) {
                    int target = random.nextInt(brokers);
                    boolean kill = random.nextBoolean();
                    boolean outage = atMs > outageMs;
                    long endMs = Math.min(lengthMs, atMs + 500 + random.nextInt(5_000));
                    if (outage) {
                        outageMs = atMs + FIRST_OUTAGE_MS;
                        events.add(new Event(atMs, Act.KILL_ALL_BROKERS, -1));
                        events.add(new Event(endMs, Act.START_ALL_BROKERS, -1));
                    } else {
                        events.add(new Event(atMs, kill ? Act.KILL_BROKER : Act.PAUSE_BROKER, target));
                        events.add(new Event(endMs, kill ? Act.START_BROKER : Act.RESUME_BROKER, target));
                    }
                    brokersFreeMs = endMs + (kill || outage ? BROKER_REST_MS : 2_000);
                }
            } else {
                events.add(new Event(atMs, Act.BREAK_ALL_CONNECTIONS, -1));
            }
            atMs += 300 + random.nextInt(2_500);
        }
        return new FaultPlan(events);
    }

    /** The acts that do harm. */
    long faults() {
        return events.stream().filter(event -> event.act().isFault()).count();
    }
}
