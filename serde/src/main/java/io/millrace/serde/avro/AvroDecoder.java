package io.millrace.serde.avro;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.Column;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Decoder;
import io.millrace.serde.RetriableDecodeException;
import io.millrace.serde.RowType;
import io.millrace.serde.registry.RegistryUnavailableException;
import io.millrace.serde.registry.SchemaRegistry;
import io.millrace.serde.registry.UnknownSchemaException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Reads records with a plan per writer's schema, compiled when its id is first met. */
final class AvroDecoder implements Decoder {
    private static final int HEADER_BYTES = 5;
    /** Far more schemas than a topic has; at the limit all plans are compiled anew. */
    private static final int MAX_PLANS = 1000;

    private final SchemaRegistry registry;
    private final RowType wanted;
    private final BinaryReader reader = new BinaryReader(new byte[0]);
    private final Map<Integer, Plan> plans = new HashMap<>();
    private @Nullable Plan last;

    AvroDecoder(SchemaRegistry registry, RowType wanted) {
        wanted.columns().forEach(column -> AvroSchemas.checkReadable(column.name(), column.type()));
        this.registry = registry;
        this.wanted = wanted;
    }

    @Override
    public @Nullable Object[] decode(byte[] bytes) {
        reader.reset(bytes, 0, bytes.length);
        if (bytes.length < HEADER_BYTES || reader.readByte() != 0) {
            throw new DecodeException(
                    "the record is not in the schema registry's wire format (a zero byte, then a schema id):"
                            + " was it written by a serializer without registry, or is the format another one?");
        }
        Plan plan = plan(reader.readFixedInt());
        AvroReader root = plan.root;
        if (root == null) {
            throw new DecodeException("schema " + plan.id + ": " + plan.problem);
        }
        Object value = root.read(reader);
        reader.expectEnd();
        return plan.isRecord ? recordOf(value) : new @Nullable Object[] {value};
    }

    private @Nullable Object[] recordOf(@Nullable Object value) {
        if (value == null) {
            throw new IllegalStateException("a record reader returned null");
        }
        return (@Nullable Object[]) value;
    }

    private Plan plan(int id) {
        Plan known = last;
        if (known != null && known.id == id) {
            return known;
        }
        Plan plan = plans.get(id);
        if (plan == null) {
            plan = compile(id, schemaText(id));
            if (plans.size() >= MAX_PLANS) {
                plans.clear();
            }
            plans.put(id, plan);
        }
        last = plan;
        return plan;
    }

    private String schemaText(int id) {
        try {
            return registry.schemaById(id);
        } catch (UnknownSchemaException e) {
            throw new DecodeException("schema " + id + " is unknown: " + e.getMessage(), e);
        } catch (RegistryUnavailableException e) {
            throw new RetriableDecodeException("schema " + id + " cannot be fetched now: " + e.getMessage(), e);
        }
    }

    private Plan compile(int id, String text) {
        try {
            Schema schema = AvroSchemas.parse(text);
            if (schema.getType() == Schema.Type.RECORD) {
                return new Plan(id, true, new AvroReader.RecordReader("", schema, wanted), "");
            }
            if (wanted.size() != 1) {
                return new Plan(
                        id,
                        false,
                        null,
                        "it is a " + schema.getType().getName()
                                + " and not a record, so it can only be read as one column, not " + wanted.size());
            }
            Column column = wanted.column(0);
            return new Plan(id, false, AvroReader.of(column.name(), schema, column.type(), column.nullable()), "");
        } catch (IllegalArgumentException e) {
            return new Plan(id, false, null, String.valueOf(e.getMessage()));
        }
    }

    /** What to do with the records of one schema; no root means that none can be read, for the reason given. */
    private record Plan(int id, boolean isRecord, @Nullable AvroReader root, String problem) {}
}
