package io.millrace.engine.operator.aggregate;

import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import org.jspecify.annotations.Nullable;

/**
 * A zone's local time as a line of milliseconds: the line time of an instant is what the zone's clocks show, read as if it were UTC. Windows
 * align on the line, where every day is 24 hours long, and all state goes by it; watermarks and the times of rows are instants.
 *
 * <p>Clocks that are put forward leave a gap on the line, and clocks that are put back run over a stretch of it twice, so the line is not
 * simply a shifted copy of time: instants in order need not be in order on the line. What windows need is therefore said in terms of
 * all instants on one side of a place L on the line:
 *
 * <ul>
 *   <li>What begins at L begins with the first instant at or behind L on the line: {@link #startMs}.
 *   <li>What ends at L is over, and complete, once no instant is before L on the line any more, that is, behind the last one that is:
 *       {@link #endMs}. In a stretch that is run over twice this is the second time; in a gap it is the moment of the change, at which
 *       {@code startMs} also is. So a day is 23, 24 or 25 hours long, windows within a stretch that is run over twice overlap each
 *       other in real time, and windows within a gap are empty. Neither function ever decreases.
 *   <li>Up to where all is complete at a watermark is the inverse: the greatest L with {@code endMs(L) - 1 <= watermark}, which is the
 *       least place of all instants behind the watermark: {@link #completeMs}.
 * </ul>
 *
 * <p>Since fired, accepted and due are all questions of that kind, one conversion per watermark answers them for any number of rows by
 * comparing places on the line. A row itself costs two comparisons and an addition, as long as it is in one of the last two spans between
 * changes of the clocks that were asked for.
 */
final class TimeLine {
    /** No zone is further from UTC than this. */
    private static final long MAX_OFFSET_MS = 18 * 3_600_000L;

    private final ZoneRules rules;

    /** Two, so that rows on both sides of a change do not chase each other. */
    private Span current;

    private Span other;

    TimeLine(ZoneId zone) {
        this.rules = zone.getRules();
        this.current = locate(0);
        this.other = current;
    }

    /** Where an instant is on the line. */
    long at(long instantMs) {
        Span span = current;
        return instantMs + (span.holds(instantMs) ? span.offsetMs : change(instantMs).offsetMs);
    }

    /** The first instant at or behind a place on the line. */
    long startMs(long lineMs) {
        for (Span span = find(lineMs - MAX_OFFSET_MS); ; span = find(span.toMs)) {
            long firstMs = Math.max(lineMs - span.offsetMs, span.fromMs);
            if (firstMs < span.toMs) {
                return firstMs;
            }
        }
    }

    /** The instant behind the last one that is before a place on the line. */
    long endMs(long lineMs) {
        Span span = find(lineMs - MAX_OFFSET_MS);
        long endMs = Math.min(lineMs - span.offsetMs, span.toMs);
        while (span.toMs <= lineMs + MAX_OFFSET_MS) {
            span = find(span.toMs);
            if (lineMs - span.offsetMs > span.fromMs) {
                endMs = Math.min(lineMs - span.offsetMs, span.toMs);
            }
        }
        return endMs;
    }

    /** The greatest place on the line that everything behind {@code watermarkMs} is at or behind. */
    long completeMs(long watermarkMs) {
        long firstMs = watermarkMs + 1;
        Span span = find(firstMs);
        long leastMs = firstMs + span.offsetMs;
        while (span.toMs <= firstMs + 2 * MAX_OFFSET_MS) {
            span = find(span.toMs);
            leastMs = Math.min(leastMs, span.fromMs + span.offsetMs);
        }
        return leastMs;
    }

    private Span change(long instantMs) {
        Span found = other.holds(instantMs) ? other : locate(instantMs);
        other = current;
        current = found;
        return found;
    }

    private Span find(long instantMs) {
        return current.holds(instantMs) ? current : other.holds(instantMs) ? other : locate(instantMs);
    }

    private Span locate(long instantMs) {
        Instant instant = Instant.ofEpochMilli(instantMs);
        long offsetMs = 1000L * rules.getOffset(instant).getTotalSeconds();
        if (rules.isFixedOffset()) {
            return new Span(Long.MIN_VALUE, Long.MAX_VALUE, offsetMs);
        }
        // The previous transition is the one before an instant, not at it.
        ZoneOffsetTransition from = rules.previousTransition(Instant.ofEpochMilli(instantMs + 1));
        ZoneOffsetTransition to = rules.nextTransition(instant);
        return new Span(timeMs(from, Long.MIN_VALUE), timeMs(to, Long.MAX_VALUE), offsetMs);
    }

    private static long timeMs(@Nullable ZoneOffsetTransition transition, long absentMs) {
        return transition == null ? absentMs : 1000 * transition.toEpochSecond();
    }

    /** Instants from one change of the clocks to before the next; there is none at {@link Long#MAX_VALUE}. */
    private static final class Span {
        private final long fromMs;
        private final long toMs;
        private final long offsetMs;

        Span(long fromMs, long toMs, long offsetMs) {
            this.fromMs = fromMs;
            this.toMs = toMs;
            this.offsetMs = offsetMs;
        }

        boolean holds(long instantMs) {
            return instantMs >= fromMs && instantMs < toMs;
        }
    }
}
