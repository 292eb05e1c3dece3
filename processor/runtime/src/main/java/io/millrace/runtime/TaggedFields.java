package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.DecodeException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What members of a group tell each other, in a form that outlives upgrades: a version, then fields of a tag, a length and bytes. Members of
 * several versions are in one group while it is upgraded, and the broker hands a static member the bytes that an older leader wrote.
 * So a reader passes over tags that it does not know and does without those that are missing, whatever the version; and a tag keeps
 * its meaning for ever. The version only tells who wrote it.
 */
final class TaggedFields {
    private static final int VERSION = 1;

    private final Map<Integer, byte[]> fields = new HashMap<>();

    private TaggedFields() {}

    /** @throws DecodeException if the bytes are damaged */
    static TaggedFields read(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.duplicate().get(bytes);
        BinaryReader reader = new BinaryReader(bytes);
        int version = reader.readByte();
        if (version < VERSION) {
            throw new DecodeException("version " + version + " of what a member of the group says");
        }
        TaggedFields read = new TaggedFields();
        while (reader.remaining() > 0) {
            read.fields.put(reader.readVarInt(), reader.readBytes());
        }
        return read;
    }

    /** A field's content, or null if it is not there. */
    @Nullable
    BinaryReader get(int tag) {
        byte[] bytes = fields.get(tag);
        return bytes == null ? null : new BinaryReader(bytes);
    }

    static BinaryWriter tasks(Set<TaskId> tasks) {
        BinaryWriter list = new BinaryWriter();
        list.writeVarInt(tasks.size());
        tasks.forEach(task -> writeTask(list, task));
        return list;
    }

    static void writeTask(BinaryWriter to, TaskId task) {
        to.writeVarInt(task.stage());
        to.writeVarInt(task.partition());
    }

    /** As {@link #tasks} wrote them; none if the field is not there. */
    static Set<TaskId> readTasks(@Nullable BinaryReader list) {
        Set<TaskId> tasks = new TreeSet<>();
        if (list != null) {
            int count = list.readCount();
            for (int i = 0; i < count; i++) {
                tasks.add(readTask(list));
            }
        }
        return tasks;
    }

    static TaskId readTask(BinaryReader from) {
        return new TaskId(from.readVarInt(), from.readVarInt());
    }

    /** Writes fields one after the other. */
    static final class Writer {
        private final BinaryWriter out = new BinaryWriter();

        Writer() {
            out.writeByte(VERSION);
        }

        Writer put(int tag, BinaryWriter content) {
            out.writeVarInt(tag);
            out.writeBytes(content.toByteArray());
            return this;
        }

        ByteBuffer toBytes() {
            return ByteBuffer.wrap(out.toByteArray());
        }
    }
}
