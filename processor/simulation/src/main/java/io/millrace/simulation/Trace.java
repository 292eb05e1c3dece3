package io.millrace.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What happened last, for whoever has to understand a failed run, and a number that tells two runs apart. */
final class Trace {
    private static final int LINES = 600;

    private final VirtualClock clock;
    private final Deque<String> last = new ArrayDeque<>();
    private final Map<String, Integer> seen = new TreeMap<>();
    private long fingerprint;

    Trace(VirtualClock clock) {
        this.clock = clock;
    }

    void add(String who, String what) {
        String line = clock.elapsedMs() + " " + who + " " + what;
        fingerprint = 31 * fingerprint + line.hashCode();
        last.addLast(line);
        if (last.size() > LINES) {
            last.removeFirst();
        }
    }

    /** Counts something that a run should not do without for ever. */
    void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    /** How often what was counted has been. */
    Map<String, Integer> seen() {
        return new TreeMap<>(seen);
    }

    /** Equal for two runs in which the same things happened in the same order. */
    long fingerprint() {
        return fingerprint;
    }

    /** The last things that happened, oldest first: milliseconds since the start, who, what. */
    List<String> lines() {
        return List.copyOf(last);
    }
}
