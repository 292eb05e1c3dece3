package io.millrace.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.Layout;
import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.DecodeException;
import org.apache.kafka.common.Uuid;

/**
 * What one record of the layout topic says: a version byte, the id of the topic, the layout's text.
 *
 * @param topicId the topic whose bytes it is about; another id under the same name is another topic, with nothing of the old one in it
 */
record RecordedLayout(Uuid topicId, Layout layout) {
    private static final byte VERSION = 1;

    byte[] encode() {
        BinaryWriter writer = new BinaryWriter();
        writer.writeByte(VERSION);
        writer.writeFixedLong(topicId.getMostSignificantBits());
        writer.writeFixedLong(topicId.getLeastSignificantBits());
        byte[] text = layout.text().getBytes(UTF_8);
        writer.writeRaw(text, 0, text.length);
        return writer.toByteArray();
    }

    /**
     * @param where the record, for messages
     * @throws JobFailedException if a newer version has written it, or something else
     */
    static RecordedLayout decode(byte[] bytes, String where) {
        try {
            BinaryReader reader = new BinaryReader(bytes);
            int version = reader.readByte();
            if (version != VERSION) {
                throw new JobFailedException(
                        where + ": this layout is recorded in version " + version + ", and this Millrace reads "
                                + VERSION + ": run the newer Millrace that has written it",
                        null);
            }
            Uuid topicId = new Uuid(reader.readFixedLong(), reader.readFixedLong());
            byte[] text = reader.readRaw(bytes.length - reader.position());
            return new RecordedLayout(topicId, Layout.parse(new String(text, UTF_8)));
        } catch (DecodeException | IllegalArgumentException e) {
            throw new JobFailedException(
                    where
                            + ": this is no layout of a store or an exchange. The topic belongs to the job alone: find out who"
                            + " else writes there, and delete it only together with the job's other internal topics",
                    e);
        }
    }
}
