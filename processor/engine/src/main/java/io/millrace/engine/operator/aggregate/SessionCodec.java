package io.millrace.engine.operator.aggregate;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sessions as bytes: a byte of flags; only in the newest of several, the greatest end that an older one has had; start, length, how far
 * the timer is before the end, the sets, the early result, the accumulators.
 */
final class SessionCodec {
    private static final int HAS_OLDER = 1;
    private static final int IS_CHANGED = 2;
    private static final int HAS_EARLY = 4;

    private final RowCodec groups;
    private final RowCodec earlyResults;
    private final BinaryWriter writer = new BinaryWriter();
    private final BinaryReader reader = new BinaryReader(new byte[0]);
    private long olderEndMs;

    SessionCodec(AggregateSpec spec, Accumulators accumulators) {
        this.groups = new RowCodec(accumulators.storedType());
        List<Column> early = new ArrayList<>();
        early.add(new Column("window_start", Scalar.BIGINT));
        early.add(new Column("window_end", Scalar.BIGINT));
        for (AggregateCall call : spec.calls()) {
            early.add(new Column("$" + early.size(), call.resultType()));
        }
        this.earlyResults = new RowCodec(new RowType(early));
    }

    /** @param olderMs the greatest end that an older session of the group has had, or {@link SessionProgress#NEVER_MS} */
    byte[] encode(Session session, long olderMs) {
        @Nullable Object[] early = session.early();
        boolean hasOlder = olderMs != SessionProgress.NEVER_MS;
        writer.clear();
        writer.writeByte(
                (hasOlder ? HAS_OLDER : 0) | (session.isChanged() ? IS_CHANGED : 0) | (early != null ? HAS_EARLY : 0));
        if (hasOlder) {
            writer.writeZigZagLong(olderMs);
        }
        writer.writeZigZagLong(session.startMs());
        writer.writeVarLong(session.endMs() - session.startMs());
        writer.writeVarLong(session.lastMs() - session.timerMs());
        writer.writeVarInt(session.sets().length);
        for (long set : session.sets()) {
            writer.writeZigZagLong(set);
        }
        if (early != null) {
            earlyResults.encode(early, writer);
        }
        groups.encode(session.group(), writer);
        return writer.toByteArray();
    }

    Session decode(byte[] bytes) {
        reader.reset(bytes, 0, bytes.length);
        int flags = reader.readByte();
        olderEndMs = (flags & HAS_OLDER) != 0 ? reader.readZigZagLong() : SessionProgress.NEVER_MS;
        long startMs = reader.readZigZagLong();
        long endMs = startMs + reader.readVarLong();
        long timerMs = endMs - 1 - reader.readVarLong();
        int count = reader.readCount();
        long[] sets = count == 0 ? Session.NO_SETS : new long[count];
        for (int i = 0; i < count; i++) {
            sets[i] = reader.readZigZagLong();
        }
        @Nullable Object[] early = (flags & HAS_EARLY) != 0 ? earlyResults.decode(reader) : null;
        Session session = new Session(startMs, endMs, sets, groups.decode(reader));
        reader.expectEnd();
        session.timerMs(timerMs);
        session.early(early);
        session.changed((flags & IS_CHANGED) != 0);
        return session;
    }

    /** What came with the session that was decoded last. */
    long olderEndMs() {
        return olderEndMs;
    }
}
