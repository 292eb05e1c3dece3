package io.millrace.serde.avro;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.DecodeException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/** Passes over one value of a schema without building it. */
interface AvroSkipper {
    /** Records in records, more than any real schema has; it bounds the recursion of records that hold themselves. */
    int MAX_DEPTH = 256;

    void skip(BinaryReader in, int depth);

    /** @param records the records that were compiled before, and those that are being compiled */
    static AvroSkipper of(Schema schema, Map<String, RecordSkipper> records) {
        return switch (schema.getType()) {
            case NULL -> (in, depth) -> {};
            case BOOLEAN -> (in, depth) -> in.skip(1);
            case INT, LONG, ENUM -> (in, depth) -> in.readVarLong();
            case FLOAT -> (in, depth) -> in.skip(4);
            case DOUBLE -> (in, depth) -> in.skip(8);
            case BYTES, STRING -> (in, depth) -> in.skip(in.readZigZagLong());
            case FIXED -> {
                int size = schema.getFixedSize();
                yield (in, depth) -> in.skip(size);
            }
            case ARRAY -> {
                Schema element = schema.getElementType();
                yield new BlocksSkipper(of(element, records), isEmpty(element, new HashSet<>()));
            }
            case MAP -> {
                AvroSkipper value = of(schema.getValueType(), records);
                AvroSkipper entry = (in, depth) -> {
                    in.skip(in.readZigZagLong());
                    value.skip(in, depth);
                };
                yield new BlocksSkipper(entry, false);
            }
            case UNION ->
                new UnionSkipper(
                        schema.getTypes().stream().map(s -> of(s, records)).toList());
            case RECORD -> recordOf(schema, records);
        };
    }

    private static AvroSkipper recordOf(Schema schema, Map<String, RecordSkipper> records) {
        RecordSkipper known = records.get(schema.getFullName());
        if (known != null) {
            return known;
        }
        RecordSkipper record = new RecordSkipper();
        records.put(schema.getFullName(), record);
        record.fields = schema.getFields().stream()
                .map(field -> of(field.schema(), records))
                .toArray(AvroSkipper[]::new);
        return record;
    }

    /** Whether values of the schema take no bytes, so that any number of them can be claimed for free. */
    static boolean isEmpty(Schema schema, Set<String> enclosing) {
        return switch (schema.getType()) {
            case NULL -> true;
            case FIXED -> schema.getFixedSize() == 0;
            case RECORD ->
                !enclosing.add(schema.getFullName())
                        || schema.getFields().stream().allMatch(field -> isEmpty(field.schema(), enclosing));
            default -> false;
        };
    }

    /** A record; its fields are set after it was made because it may hold itself. */
    final class RecordSkipper implements AvroSkipper {
        private AvroSkipper[] fields = {};

        @Override
        public void skip(BinaryReader in, int depth) {
            if (depth > MAX_DEPTH) {
                throw new DecodeException(
                        "records are nested more than " + MAX_DEPTH + " deep at byte " + in.position());
            }
            for (AvroSkipper field : fields) {
                field.skip(in, depth + 1);
            }
        }
    }

    /** A branch by its index. */
    record UnionSkipper(List<AvroSkipper> branches) implements AvroSkipper {
        @Override
        public void skip(BinaryReader in, int depth) {
            branches.get(AvroBlocks.branch(in, branches.size())).skip(in, depth);
        }
    }

    /** Arrays and maps: blocks of items until an empty one. */
    record BlocksSkipper(AvroSkipper item, boolean itemIsEmpty) implements AvroSkipper {
        @Override
        public void skip(BinaryReader in, int depth) {
            long count;
            while ((count = in.readZigZagLong()) != 0) {
                if (count < 0) {
                    in.skip(in.readZigZagLong()); // a negative count is followed by the block's size
                } else if (!itemIsEmpty) {
                    for (long i = 0; i < count; i++) {
                        item.skip(in, depth);
                    }
                }
            }
        }
    }
}
