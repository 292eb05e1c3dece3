package io.millrace.engine.operator.aggregate;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** The oracle for {@link TimeLine}: asks java.time for the local time of every instant that may be the answer. */
final class LocalClock {
    private static final long DAY_MS = 86_400_000L;

    private final ZoneId zone;

    LocalClock(ZoneId zone) {
        this.zone = zone;
    }

    long at(long instantMs) {
        return LocalDateTime.ofInstant(Instant.ofEpochMilli(instantMs), zone)
                .toInstant(ZoneOffset.UTC)
                .toEpochMilli();
    }

    /** The first instant whose local time is not before. */
    long startMs(long lineMs) {
        return candidates(lineMs)
                .filter(instantMs -> at(instantMs) >= lineMs)
                .min()
                .orElseThrow();
    }

    /** Behind the last instant whose local time is before. */
    long endMs(long lineMs) {
        return candidates(lineMs - 1)
                        .filter(instantMs -> at(instantMs) < lineMs)
                        .max()
                        .orElseThrow()
                + 1;
    }

    /** Where local time goes up by a millisecond per millisecond, only its ends and where it meets the wanted time can be an answer. */
    private LongStream candidates(long lineMs) {
        List<Long> candidates = new ArrayList<>();
        Instant from = Instant.ofEpochMilli(lineMs - 3 * DAY_MS);
        candidates.add(lineMs - offsetMs(from));
        ZoneOffsetTransition change = zone.getRules().nextTransition(from);
        while (change != null && change.toEpochSecond() * 1000 < lineMs + 3 * DAY_MS) {
            candidates.add(lineMs - offsetMs(change.getInstant()));
            candidates.add(change.toEpochSecond() * 1000);
            candidates.add(change.toEpochSecond() * 1000 - 1);
            change = zone.getRules().nextTransition(change.getInstant());
        }
        return candidates.stream().mapToLong(Long::longValue);
    }

    private long offsetMs(Instant instant) {
        return 1000L * zone.getRules().getOffset(instant).getTotalSeconds();
    }
}
