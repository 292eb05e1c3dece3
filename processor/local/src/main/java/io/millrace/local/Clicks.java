package io.millrace.local;

import java.time.Duration;
import java.time.Instant;

/**
 * Sample clicks. Each follows from the seed and its index alone, so an oracle recomputes the input without having seen it. Few
 * pages get most of the clicks. Event time advances by a fixed step per index; a click's own time lies behind that line by less
 * than {@code disorder}, except for those beyond the bound: one in {@code lateEvery}, {@code lateBy} farther back.
 *
 * @param start the event time of index 0
 * @param perSecond clicks per second of event time
 * @param disorder how far out of order a click that is not late may be
 * @param lateEvery 0 for none beyond the bound
 */
public record Clicks(
        long seed,
        Instant start,
        long perSecond,
        int pages,
        int users,
        Duration disorder,
        int lateEvery,
        Duration lateBy) {
    private static final String[] COUNTRIES = {"DE", "FR", "GB", "IN", "JP", "US"};
    private static final String[] REFERRERS = {"https://search.example/", "https://news.example/today"};
    private static final int MIN_LATENCY_MS = 5;
    private static final double LATENCY_SPREAD = 400;

    public Clicks {
        if (perSecond <= 0 || pages <= 0 || users <= 0) {
            throw new IllegalArgumentException("perSecond, pages and users must be positive");
        }
        if (lateEvery < 0 || disorder.isNegative() || lateBy.isNegative()) {
            throw new IllegalArgumentException("disorder, lateEvery and lateBy must not be negative");
        }
    }

    /** 50 pages, 10,000 users, up to 5 s out of order, nothing beyond. */
    public static Clicks of(long seed, Instant start, long perSecond) {
        return new Clicks(seed, start, perSecond, 50, 10_000, Duration.ofSeconds(5), 0, Duration.ZERO);
    }

    /** The same clicks with one in {@code every} lying {@code by} beyond the bound. */
    public Clicks withLate(int every, Duration by) {
        return new Clicks(seed, start, perSecond, pages, users, disorder, every, by);
    }

    /** The click with this index, counted from 0. */
    public Click at(long index) {
        Draw draw = new Draw(seed, index);
        // n^u for a uniform u is spread like Zipf's law: page k about as often as 1/k.
        int page = (int) StrictMath.pow(pages, draw.unit());
        int latencyMs = (int) (MIN_LATENCY_MS * StrictMath.pow(LATENCY_SPREAD, draw.unit()));
        long tsMs = lineMs(index);
        if (disorder.toMillis() > 0) {
            tsMs -= draw.below(disorder.toMillis());
        }
        boolean late = lateEvery > 0 && index % lateEvery == lateEvery - 1;
        if (late) {
            tsMs -= lateBy.toMillis();
        }
        String item = "item-" + page;
        int referrer = (int) draw.below(REFERRERS.length + 1);
        return new Click(
                index,
                "u" + draw.below(users),
                "/" + item,
                tsMs,
                latencyMs,
                draw.below(10) == 0,
                referrer == REFERRERS.length ? null : REFERRERS[referrer],
                "/Shop/" + item + "/Details",
                COUNTRIES[(int) draw.below(COUNTRIES.length)],
                late);
    }

    /** The event time that no click up to this index lies after. */
    public long lineMs(long index) {
        return start.toEpochMilli() + index / perSecond * 1000 + index % perSecond * 1000 / perSecond;
    }

    /** SplitMix64 (Steele, Lea, Flood 2014), started from the seed and the index. */
    private static final class Draw {
        private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
        private long state;

        Draw(long seed, long index) {
            this.state = mix(seed + GOLDEN_GAMMA) ^ mix(index);
        }

        long below(long bound) {
            return Long.remainderUnsigned(next(), bound);
        }

        double unit() {
            return (next() >>> 11) * 0x1.0p-53;
        }

        private long next() {
            state += GOLDEN_GAMMA;
            return mix(state);
        }

        private static long mix(long value) {
            long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
            mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
            return mixed ^ (mixed >>> 31);
        }
    }
}
