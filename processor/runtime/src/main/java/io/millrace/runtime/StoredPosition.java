package io.millrace.runtime;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.DecodeException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What local state says about itself: which changelogs it was built from, up to where, and when. Written with every batch of state
 * changes, in one step with them.
 *
 * @param appliedAtMs the wall-clock time as of which the state is complete: of the write, when it was a checkpoint's. A state that is being
 *     caught up keeps the one that it had until it has all that it had missed, however often it is written; one that is being built anew
 *     has that of its beginning. Deletions that are younger than this are still in the changelog for its {@code delete.retention.ms}.
 * @param changelogs one per store of the stage, in their order
 */
record StoredPosition(long appliedAtMs, List<Changelog> changelogs) {
    private static final int VERSION = 4;
    private static final int VERSION_WITHOUT_ENDS = 3;
    private static final int VERSION_WITHOUT_EPOCHS = 2;

    StoredPosition {
        changelogs = List.copyOf(changelogs);
    }

    /**
     * @param topic the changelog's topic id; another id under the same name is another topic
     * @param offset the first offset that the local state does not contain
     * @param leader what is known of the changelog's leaders: one that was cut below both its end and {@code offset}, by an election in a
     *     later epoch, is another changelog, however long it has grown since
     * @param front from where on the changelog is needed; empty unless the store's entries expire
     */
    record Changelog(Uuid topic, long offset, Cluster.LeaderEpoch leader, ChangelogFront front) {}

    byte[] encode() {
        BinaryWriter writer = new BinaryWriter();
        writer.writeByte(VERSION);
        writer.writeFixedLong(appliedAtMs);
        writer.writeVarInt(changelogs.size());
        for (Changelog changelog : changelogs) {
            writer.writeFixedLong(changelog.topic.getMostSignificantBits());
            writer.writeFixedLong(changelog.topic.getLeastSignificantBits());
            writer.writeVarLong(changelog.offset);
            writer.writeVarInt(changelog.leader.epoch() + 1); // so that an unknown one is a byte
            writer.writeVarLong(changelog.leader.end());
            changelog.front.encode(writer);
        }
        return writer.toByteArray();
    }

    /** Null if there is none, or if it was written in a form that this version cannot read: the state is then rebuilt. */
    static @Nullable StoredPosition decode(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            BinaryReader reader = new BinaryReader(bytes);
            int version = reader.readByte();
            if (version > VERSION || version < VERSION_WITHOUT_EPOCHS) {
                return null;
            }
            long appliedAtMs = reader.readFixedLong();
            int count = reader.readVarInt();
            List<Changelog> changelogs = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Uuid topic = new Uuid(reader.readFixedLong(), reader.readFixedLong());
                long offset = reader.readVarLong();
                int epoch = version == VERSION_WITHOUT_EPOCHS ? -1 : reader.readVarInt() - 1;
                long end = version > VERSION_WITHOUT_ENDS ? reader.readVarLong() : offset;
                changelogs.add(new Changelog(
                        topic, offset, new Cluster.LeaderEpoch(epoch, end), ChangelogFront.decode(reader)));
            }
            return new StoredPosition(appliedAtMs, changelogs);
        } catch (DecodeException e) {
            return null;
        }
    }
}
