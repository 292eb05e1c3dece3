package io.millrace.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An input row of both engines.
 *
 * @param timeMs event time
 */
record Event(String key, String user, long amount, long timeMs) {
    private static final int KEYS = 5;
    private static final int USERS = 4;

    /**
     * Events that come mostly in order, some out of it by less than {@code lagMs}, and some far behind.
     *
     * @param lateOf one of so many events is far behind, by up to {@code latestMs}
     */
    static List<Event> random(long seed, int count, long stepMs, long lagMs, int lateOf, long latestMs) {
        Random random = new Random(seed);
        List<Event> events = new ArrayList<>();
        // Windows before 1970 must be right too.
        long timeMs = -count * stepMs / 4;
        for (int i = 0; i < count; i++) {
            timeMs += random.nextLong(2 * stepMs);
            long behindMs = random.nextInt(lateOf) == 0 ? random.nextLong(latestMs) : random.nextLong(lagMs + 1);
            events.add(new Event(
                    "k" + random.nextInt(KEYS), "u" + random.nextInt(USERS), random.nextInt(100), timeMs - behindMs));
        }
        return events;
    }

    String json() {
        return "{\"k\":\"" + key + "\",\"u\":\"" + user + "\",\"amount\":" + amount + ",\"ts\":" + timeMs + "}";
    }
}
