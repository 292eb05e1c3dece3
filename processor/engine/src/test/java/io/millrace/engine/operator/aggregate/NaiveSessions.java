package io.millrace.engine.operator.aggregate;

import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps every row and, whenever a session is asked for, sorts all rows of its key and cuts them where a gap is. Rows of sessions whose
 * lateness has passed are put away. For keys of one STRING; no early results by the clock.
 */
final class NaiveSessions {
    private static final Comparator<Session> BY_END_AND_KEY = Comparator.comparingLong(Session::endMs)
            .thenComparing(Session::key, Comparator.nullsFirst(Comparator.naturalOrder()));

    private final AggregateSpec spec;
    private final long gapMs;
    private final boolean updates;
    private final List<Row> rows = new ArrayList<>();
    private final List<Row> output = new ArrayList<>();
    private long watermarkMs = Long.MIN_VALUE;
    private long onTime;
    private long corrected;
    private long late;

    NaiveSessions(AggregateSpec spec) {
        this.spec = spec;
        this.gapMs = ((SessionWindows) Objects.requireNonNull(spec.windows())).gapMs();
        this.updates = spec.emit() instanceof Emit.Updates;
    }

    void feed(Row row) {
        List<Session> before = sessions(rows, gapMs);
        List<Row> more = new ArrayList<>(rows);
        more.add(row);
        List<Session> after = sessions(more, gapMs);
        Session session = after.stream()
                .filter(each -> each.rows.contains(row))
                .findFirst()
                .orElseThrow();
        if (isPast(session.endMs - 1 + spec.latenessMs())) {
            late++;
            return;
        }
        boolean corrects = isPast(session.endMs - 1);
        boolean isSame = before.stream().anyMatch(session::sameBounds);
        if (!isSame) {
            for (Session gone : before) {
                if (gone.rows.stream().anyMatch(session.rows::contains)) {
                    boolean fired = isPast(gone.endMs - 1);
                    corrects |= fired;
                    if (fired || updates) {
                        emit(RowKind.DELETE, fired ? Finality.CORRECTED : Finality.EARLY, gone);
                    }
                }
            }
        }
        rows.add(row);
        RowKind kind = isSame ? RowKind.UPDATE_AFTER : RowKind.INSERT;
        if (isPast(session.endMs - 1)) {
            emit(kind, Finality.CORRECTED, session);
        } else if (updates) {
            emit(kind, Finality.EARLY, session);
        }
        if (corrects) {
            corrected++;
        } else {
            onTime++;
        }
    }

    void advance(long toMs) {
        List<Session> all = new ArrayList<>(sessions(rows, gapMs));
        all.sort(BY_END_AND_KEY);
        for (Session session : all) {
            if (!isPast(session.endMs - 1) && session.endMs - 1 <= toMs) {
                emit(updates ? RowKind.UPDATE_AFTER : RowKind.INSERT, Finality.FINAL, session);
            }
        }
        watermarkMs = Math.max(watermarkMs, toMs);
        all.stream()
                .filter(session -> isPast(session.endMs - 1 + spec.latenessMs()))
                .forEach(session -> rows.removeAll(session.rows));
    }

    List<Row> output() {
        return output;
    }

    long onTime() {
        return onTime;
    }

    long corrected() {
        return corrected;
    }

    long late() {
        return late;
    }

    /** The sessions of rows of any keys: sorted, and cut where a row is further than the gap behind the one before. */
    static List<Session> sessions(Collection<Row> rows, long gapMs) {
        List<Row> sorted = new ArrayList<>(rows);
        Comparator<Row> byKey =
                Comparator.comparing(NaiveSessions::key, Comparator.nullsFirst(Comparator.naturalOrder()));
        sorted.sort(byKey.thenComparingLong(Row::timeMs));
        List<Session> sessions = new ArrayList<>();
        for (Row row : sorted) {
            Session last = sessions.isEmpty() ? null : sessions.get(sessions.size() - 1);
            if (last != null && Objects.equals(last.key, key(row)) && row.timeMs() <= last.endMs) {
                last.rows.add(row);
                last.endMs = row.timeMs() + gapMs;
            } else {
                sessions.add(new Session(row, gapMs));
            }
        }
        return sessions;
    }

    /** What a session's result is. */
    static @Nullable Object[] result(AggregateSpec spec, Session session) {
        List<@Nullable Object> values = new ArrayList<>();
        values.add(session.key);
        values.add(session.startMs);
        values.add(session.endMs);
        spec.calls().forEach(call -> values.add(NaiveAggregate.value(call, session.rows)));
        return values.toArray();
    }

    private void emit(RowKind kind, Finality finality, Session session) {
        output.add(new Row(kind, session.endMs - 1, finality, result(spec, session)));
    }

    private boolean isPast(long timeMs) {
        return watermarkMs >= timeMs;
    }

    private static @Nullable String key(Row row) {
        return (String) row.value(0);
    }

    /** Rows of one key, none further than the gap from the next. */
    static final class Session {
        private final @Nullable String key;
        private final long startMs;
        private final List<Row> rows = new ArrayList<>();
        private long endMs;

        Session(Row first, long gapMs) {
            this.key = NaiveSessions.key(first);
            this.startMs = first.timeMs();
            this.endMs = startMs + gapMs;
            rows.add(first);
        }

        @Nullable
        String key() {
            return key;
        }

        long endMs() {
            return endMs;
        }

        boolean sameBounds(Session other) {
            return Objects.equals(key, other.key) && startMs == other.startMs && endMs == other.endMs;
        }
    }
}
