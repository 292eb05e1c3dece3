package io.millrace.app.dev;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the example job must count, from the clicks in its source topic, and compares each of its results once, when its window is
 * closed by the clicks seen: the two topics are read side by side, so a result may be seen before its last click. It holds the counts
 * of windows without a result only, and one sum per window of those with one. Called from the reading thread and those that tell of
 * it, hence the lock.
 *
 * <p>Clicks behind the watermark of their own partition are not counted: the job must have dropped them. They lie so far back that only
 * the windows that they may have opened before the first regular click are beyond judgement, because nothing says whether the
 * watermark was there first.
 */
final class ExactCheck {
    private static final long WINDOW_MS = 60_000;

    private final Map<Group, Count> open = new HashMap<>();
    private final List<Early> early = new ArrayList<>();
    private final TreeMap<Long, Sum> windows = new TreeMap<>();
    private final long[] maxTimeMs;
    private final long lagMs;
    private long firstWindowMs = Long.MAX_VALUE;
    private long clicks;
    private long matchedClicks;
    private long matchedResults;
    private long wrongResults;
    private @Nullable String firstWrong;

    ExactCheck(int partitions, Duration lag) {
        this.maxTimeMs = new long[partitions];
        Arrays.fill(maxTimeMs, Long.MIN_VALUE);
        this.lagMs = lag.toMillis();
    }

    /** Takes a click, in the order of its partition. */
    synchronized void click(int partition, Click click) {
        clicks++;
        if (maxTimeMs[partition] != Long.MIN_VALUE && click.tsMs < maxTimeMs[partition] - lagMs) {
            return;
        }
        maxTimeMs[partition] = Math.max(maxTimeMs[partition], click.tsMs);
        long windowMs = click.tsMs - Math.floorMod(click.tsMs, WINDOW_MS);
        firstWindowMs = Math.min(firstWindowMs, windowMs);
        if (!click.bot) {
            open.computeIfAbsent(new Group(click.page, windowMs), group -> new Count())
                    .add(click);
        }
    }

    /** Takes a result of the job. */
    synchronized void result(String page, long windowMs, Result result) {
        early.add(new Early(new Group(page, windowMs), result));
        judge(closedMs());
    }

    /** The event time up to which windows are closed by the clicks seen, {@link Long#MIN_VALUE} if that is not known yet. */
    synchronized long closedMs() {
        long watermarkMs = Arrays.stream(maxTimeMs).min().orElseThrow();
        return watermarkMs == Long.MIN_VALUE ? Long.MIN_VALUE : watermarkMs - lagMs;
    }

    /** How many results are still to come by the watermark of the clicks seen. */
    synchronized long due() {
        long closedMs = closedMs();
        judge(closedMs);
        return open.keySet().stream().filter(group -> group.isClosed(closedMs)).count();
    }

    /** The sums over all windows that end by {@code closedMs}, which must be of {@link #closedMs} now or before. */
    synchronized Tally tally(long closedMs) {
        judge(closedMs());
        Sum sum = new Sum();
        windows.forEach((windowMs, of) -> {
            if (windowMs + WINDOW_MS - 1 <= closedMs) {
                sum.add(of);
            }
        });
        open.forEach((group, count) -> {
            if (group.isClosed(closedMs)) {
                sum.add(count.views, 0);
            }
        });
        long untilMs = closedMs + 1 - Math.floorMod(closedMs + 1, WINDOW_MS);
        return new Tally(untilMs, sum.in, sum.counted, sum.duplicates, sum.lost, wrongResults);
    }

    /** How many clicks were seen, those that do not count included. */
    synchronized long clicks() {
        return clicks;
    }

    synchronized long matchedResults() {
        return matchedResults;
    }

    synchronized long wrongResults() {
        return wrongResults;
    }

    /** To be called when there will be no more clicks: a result of a window that is open now is wrong. */
    synchronized void endOfClicks() {
        judge(Long.MAX_VALUE);
    }

    /** The verdict in one line. */
    synchronized String verdict() {
        long due = due();
        String counted = String.format("counted %,d clicks in %,d windows", matchedClicks, windows.size());
        if (wrongResults == 0 && due == 0) {
            return counted + ": all exact";
        }
        return counted
                + String.format(", but %,d results are wrong and %,d missing", wrongResults, due)
                + (firstWrong == null ? "" : "; the first: " + firstWrong);
    }

    private void judge(long closedMs) {
        early.removeIf(result -> {
            boolean closed = result.group.isClosed(closedMs);
            if (closed && result.group.windowMs >= firstWindowMs) {
                judge(result.group, result.result);
            }
            return closed;
        });
    }

    private void judge(Group group, Result result) {
        Sum sum = windows.computeIfAbsent(group.windowMs, window -> new Sum());
        Count count = open.remove(group);
        sum.add(count == null ? 0 : count.views, result.views);
        if (count == null) {
            wrong(group, "came although it was not due, or twice");
        } else if (!count.result().equals(result)) {
            wrong(group, "is " + result + " and not " + count.result());
        } else {
            matchedClicks += result.views;
            matchedResults++;
        }
    }

    private void wrong(Group group, String how) {
        wrongResults++;
        if (firstWrong == null) {
            firstWrong = group.page + " at " + Instant.ofEpochMilli(group.windowMs) + " " + how;
        }
    }

    /** What the check needs of a click. */
    record Click(String user, String page, long tsMs, long latencyMs, boolean bot) {}

    /** The values of one page in one window. */
    record Result(long views, long users, long avgMs, long slow) {}

    /**
     * Results in clicks, over all windows that end by {@code untilMs}.
     *
     * @param in what lies in the source topic and counts: no bots, nothing behind the watermark
     * @param counted what the results in the sink topic add up to
     * @param duplicates counted more often than it is there
     * @param lost there, and not counted
     * @param wrongResults all results so far that differ in any value, averages and distinct users included
     */
    record Tally(long untilMs, long in, long counted, long duplicates, long lost, long wrongResults) {
        String text() {
            return String.format("in %,d  counted %,d  duplicates %,d  lost %,d", in, counted, duplicates, lost)
                    + (wrongResults == 0 ? "" : String.format("  WRONG RESULTS %,d", wrongResults));
        }
    }

    private record Group(String page, long windowMs) {
        boolean isClosed(long closedMs) {
            return windowMs + WINDOW_MS - 1 <= closedMs;
        }
    }

    /** A result whose window is not closed by the clicks seen so far. */
    private record Early(Group group, Result result) {}

    private static final class Sum {
        private long in;
        private long counted;
        private long duplicates;
        private long lost;

        void add(long expected, long views) {
            in += expected;
            counted += views;
            duplicates += Math.max(0, views - expected);
            lost += Math.max(0, expected - views);
        }

        void add(Sum other) {
            in += other.in;
            counted += other.counted;
            duplicates += other.duplicates;
            lost += other.lost;
        }
    }

    private static final class Count {
        private long views;
        private long slow;
        private long sumMs;
        private final Set<String> users = new HashSet<>();

        void add(Click click) {
            views++;
            slow += click.latencyMs > 500 ? 1 : 0;
            sumMs += click.latencyMs;
            users.add(click.user);
        }

        Result result() {
            // AVG of an integer is one too, cut off.
            return new Result(views, users.size(), sumMs / views, slow);
        }
    }
}
