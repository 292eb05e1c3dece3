package io.millrace.app.dev;

import io.millrace.local.Click;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the example job must count, from the clicks that are sent, and compares each of its results once. It holds the
 * counts of windows without a result only, so its size does not grow with time. Called from the sending thread, the reading
 * thread and the screen's, hence the lock.
 *
 * <p>Clicks that lie an hour back are not counted: the job must have dropped them. Only the windows that they may have opened
 * before the first regular click are beyond judgement, because nothing says whether the watermark was there first.
 */
final class ExactCheck {
    private static final long WINDOW_MS = 60_000;

    private final Map<Group, Count> open = new HashMap<>();
    private final Set<Long> matchedWindows = new HashSet<>();
    private final long[] maxTimeMs;
    private final long lagMs;
    private long firstWindowMs = Long.MAX_VALUE;
    private long matchedClicks;
    private long matchedResults;
    private long wrongResults;
    private @Nullable String firstWrong;

    ExactCheck(int partitions, Duration lag) {
        this.maxTimeMs = new long[partitions];
        Arrays.fill(maxTimeMs, Long.MIN_VALUE);
        this.lagMs = lag.toMillis();
    }

    /** Takes a click before it is sent, in the order of the indexes. */
    synchronized void sent(Click click) {
        if (click.late()) {
            return;
        }
        int partition = (int) (click.index() % maxTimeMs.length);
        maxTimeMs[partition] = Math.max(maxTimeMs[partition], click.tsMs());
        long windowMs = click.tsMs() - Math.floorMod(click.tsMs(), WINDOW_MS);
        firstWindowMs = Math.min(firstWindowMs, windowMs);
        if (!click.bot()) {
            open.computeIfAbsent(new Group(click.page(), windowMs), group -> new Count())
                    .add(click);
        }
    }

    /** Takes a result of the job. */
    synchronized void result(String page, long windowMs, Result result) {
        if (windowMs < firstWindowMs) {
            return;
        }
        Count count = open.remove(new Group(page, windowMs));
        if (count == null) {
            wrong(page, windowMs, "came although it was not due, or twice");
            return;
        }
        Result expected = count.result();
        if (!expected.equals(result)) {
            wrong(page, windowMs, "is " + result + " and not " + expected);
            return;
        }
        matchedClicks += result.views;
        matchedResults++;
        matchedWindows.add(windowMs);
    }

    /** How many results are still to come by the watermark of what was sent. */
    synchronized long due() {
        long watermarkMs = Arrays.stream(maxTimeMs).min().orElseThrow();
        if (watermarkMs == Long.MIN_VALUE) {
            return 0;
        }
        long closedMs = watermarkMs - lagMs;
        return open.keySet().stream()
                .filter(group -> group.windowMs + WINDOW_MS - 1 <= closedMs)
                .count();
    }

    synchronized long matchedResults() {
        return matchedResults;
    }

    synchronized long wrongResults() {
        return wrongResults;
    }

    /** The verdict in one line. */
    synchronized String verdict() {
        String counted = String.format("counted %,d clicks in %,d windows", matchedClicks, matchedWindows.size());
        long due = due();
        if (wrongResults == 0 && due == 0) {
            return counted + ": all exact";
        }
        return counted
                + String.format(", but %,d results are wrong and %,d missing", wrongResults, due)
                + (firstWrong == null ? "" : "; the first: " + firstWrong);
    }

    private void wrong(String page, long windowMs, String how) {
        wrongResults++;
        if (firstWrong == null) {
            firstWrong = page + " at " + Instant.ofEpochMilli(windowMs) + " " + how;
        }
    }

    /** The values of one page in one window. */
    record Result(long views, long users, long avgMs, long slow) {}

    private record Group(String page, long windowMs) {}

    private static final class Count {
        private long views;
        private long slow;
        private long sumMs;
        private final Set<String> users = new HashSet<>();

        void add(Click click) {
            views++;
            slow += click.latencyMs() > 500 ? 1 : 0;
            sumMs += click.latencyMs();
            users.add(click.userId());
        }

        Result result() {
            // AVG of an integer is one too, cut off.
            return new Result(views, users.size(), sumMs / views, slow);
        }
    }
}
