package io.millrace.serde.avro;

import io.millrace.serde.BinaryWriter;
import io.millrace.serde.Encoder;
import io.millrace.serde.Format.Place;
import io.millrace.serde.RowType;
import io.millrace.serde.registry.SchemaRegistry;
import org.jspecify.annotations.Nullable;

/** Writes rows with the schema of their type, which it registers when the first row comes: a job without output writes none. */
final class AvroEncoder implements Encoder {
    private final SchemaRegistry registry;
    private final String subject;
    private final String schema;
    private final AvroWriter.RecordWriter row;
    private final BinaryWriter writer = new BinaryWriter();
    private boolean registered;
    private int schemaId;

    AvroEncoder(SchemaRegistry registry, Place place, RowType type) {
        this.registry = registry;
        this.subject = place.subject();
        this.schema = AvroSchemas.fromRowType(recordName(subject), type);
        this.row = new AvroWriter.RecordWriter("", type);
    }

    @Override
    public byte[] encode(@Nullable Object[] values) {
        if (!registered) {
            schemaId = registry.register(subject, "AVRO", schema);
            registered = true;
        }
        writer.clear();
        writer.writeByte(0);
        writer.writeFixedInt(schemaId);
        row.writeRow(writer, values);
        return writer.toByteArray();
    }

    /** The subject with what Avro names cannot hold replaced. */
    static String recordName(String subject) {
        String name = subject.replaceAll("[^A-Za-z0-9_]", "_");
        return Character.isDigit(name.charAt(0)) ? "_" + name : name;
    }
}
