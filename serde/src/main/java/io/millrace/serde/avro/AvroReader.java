package io.millrace.serde.avro;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DecodeException;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Builds one value of a writer's schema as one of our types. */
interface AvroReader {
    @Nullable
    Object read(BinaryReader in);

    /** @throws IllegalArgumentException if the schema cannot be read as the type; the message names {@code path} */
    static AvroReader of(String path, Schema schema, DataType wanted, boolean nullable) {
        if (schema.getType() == Schema.Type.UNION) {
            return union(path, schema, wanted, nullable);
        }
        if (schema.getType() == Schema.Type.NULL) {
            return new NullReader(path, nullable);
        }
        if (wanted instanceof DataType.Struct struct && schema.getType() == Schema.Type.RECORD) {
            return new RecordReader(path, schema, struct.row());
        }
        if (wanted instanceof DataType.Array array && schema.getType() == Schema.Type.ARRAY) {
            Schema element = schema.getElementType();
            boolean empty = AvroSkipper.isEmpty(element, new HashSet<>());
            return new ArrayReader(of(path + "[]", element, array.element(), true), empty);
        }
        if (wanted instanceof DataType.MapOf map
                && schema.getType() == Schema.Type.MAP
                && map.key() == DataType.Scalar.STRING) {
            return new MapReader(of(path + "{}", schema.getValueType(), map.value(), true));
        }
        return AvroScalars.reader(path, schema, wanted);
    }

    private static AvroReader union(String path, Schema schema, DataType wanted, boolean nullable) {
        if (schema.getTypes().stream().anyMatch(branch -> branch.getType() != Schema.Type.NULL)) {
            AvroSchemas.withoutNull(path, schema); // refuses what has several types
        }
        return new UnionReader(schema.getTypes().stream()
                .map(branch -> of(path, branch, wanted, nullable))
                .toList());
    }

    /** No bytes at all. */
    record NullReader(String path, boolean nullable) implements AvroReader {
        @Override
        public @Nullable Object read(BinaryReader in) {
            if (!nullable) {
                throw new DecodeException("column \"" + path + "\" is NOT NULL, and is null");
            }
            return null;
        }
    }

    /** A branch by its index. */
    record UnionReader(List<AvroReader> branches) implements AvroReader {
        @Override
        public @Nullable Object read(BinaryReader in) {
            return branches.get(AvroBlocks.branch(in, branches.size())).read(in);
        }
    }

    /** A list. */
    record ArrayReader(AvroReader element, boolean elementIsEmpty) implements AvroReader {
        @Override
        public Object read(BinaryReader in) {
            List<Object> list = new ArrayList<>();
            int count;
            while ((count = AvroBlocks.blockCount(in, list.size(), elementIsEmpty)) != 0) {
                for (int i = 0; i < count; i++) {
                    list.add(element.read(in));
                }
            }
            return list;
        }
    }

    /** A map with string keys. */
    record MapReader(AvroReader value) implements AvroReader {
        @Override
        public Object read(BinaryReader in) {
            Map<Object, Object> map = new LinkedHashMap<>();
            int count;
            while ((count = AvroBlocks.blockCount(in, 0, false)) != 0) {
                for (int i = 0; i < count; i++) {
                    String key = in.readUtf8(AvroBlocks.length(in));
                    map.put(key, value.read(in));
                }
            }
            return map;
        }
    }

    /** The wanted fields of a record in one pass over all its fields, in the writer's order. */
    final class RecordReader implements AvroReader {
        private static final int UNWANTED = -1;

        private final int width;
        private final int[] columns;
        private final AvroReader[] readers;
        private final AvroSkipper[] skippers;

        RecordReader(String path, Schema schema, RowType wanted) {
            List<Schema.Field> fields = schema.getFields();
            this.width = wanted.size();
            this.columns = new int[fields.size()];
            this.readers = new AvroReader[fields.size()];
            this.skippers = new AvroSkipper[fields.size()];
            Map<String, AvroSkipper.RecordSkipper> skipped = new HashMap<>();
            for (int i = 0; i < columns.length; i++) {
                Schema.Field field = fields.get(i);
                columns[i] = wanted.indexOf(field.name());
                if (columns[i] == UNWANTED) {
                    skippers[i] = AvroSkipper.of(field.schema(), skipped);
                } else {
                    Column column = wanted.column(columns[i]);
                    String fieldPath = path.isEmpty() ? column.name() : path + "." + column.name();
                    readers[i] = of(fieldPath, field.schema(), column.type(), column.nullable());
                }
            }
            for (Column column : wanted.columns()) {
                if (!column.nullable() && schema.getField(column.name()) == null) {
                    throw new IllegalArgumentException("column \"" + (path.isEmpty() ? "" : path + ".") + column.name()
                            + "\" is NOT NULL, and the record's schema has no such field");
                }
            }
        }

        @Override
        public @Nullable Object[] read(BinaryReader in) {
            @Nullable Object[] values = new Object[width];
            for (int i = 0; i < columns.length; i++) {
                if (columns[i] == UNWANTED) {
                    skippers[i].skip(in, 0);
                } else {
                    values[columns[i]] = readers[i].read(in);
                }
            }
            return values;
        }
    }
}
