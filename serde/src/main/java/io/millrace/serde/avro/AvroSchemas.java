package io.millrace.serde.avro;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.RowType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.JsonProperties;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Avro schemas to row types and back.
 *
 * <p>int INT, long BIGINT, float FLOAT, double DOUBLE, boolean BOOLEAN, string and enum and uuid STRING, bytes and fixed BYTES,
 * decimal DECIMAL, date DATE, time-* TIME, timestamp-* TIMESTAMP_LTZ, local-timestamp-* TIMESTAMP, record ROW, array ARRAY,
 * map MAP of STRING; a union of null and one other type is that type, nullable. Times are cut to the millisecond.
 */
public final class AvroSchemas {
    static final int MAX_SCHEMA_CHARS = 1 << 20;
    static final int MAX_JSON_DEPTH = 200;
    static final int MAX_COLUMNS = 10_000;

    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_JSON_DEPTH)
                    .build())
            .build();

    private AvroSchemas() {}

    /**
     * The columns of a record schema, in order.
     *
     * @throws IllegalArgumentException if the text is not a record schema, or a field has no SQL type; the message names it
     */
    public static RowType toRowType(String avroSchemaJson) {
        Schema schema = parse(avroSchemaJson);
        if (schema.getType() != Schema.Type.RECORD) {
            throw new IllegalArgumentException(
                    "the Avro schema is a " + schema.getType().getName() + ", not a record");
        }
        return rowType("", schema, new Expansion());
    }

    /**
     * The record schema of a row type, as JSON. Nullable columns are unions with null and have the default null, so that a
     * column can be added later. Nested records live in a namespace of their own.
     *
     * @param name the record's name
     * @throws IllegalArgumentException if a name or type cannot be written in Avro; the message names it
     */
    public static String fromRowType(String name, RowType type) {
        return record("", null, name, type).toString();
    }

    /** @throws IllegalArgumentException if the text is not a schema; the message does not quote it */
    static Schema parse(String json) {
        if (json.length() > MAX_SCHEMA_CHARS) {
            throw new IllegalArgumentException(
                    "the Avro schema has " + json.length() + " characters, more than " + MAX_SCHEMA_CHARS);
        }
        checkDepth(json);
        try {
            return new Schema.Parser().parse(json);
        } catch (AvroRuntimeException e) {
            throw new IllegalArgumentException("the schema is not a valid Avro schema: " + e.getMessage(), e);
        }
    }

    /** Avro's parser recurses, so what would overflow the stack must not reach it. */
    private static void checkDepth(String json) {
        try (JsonParser parser = JSON.createParser(json)) {
            while (parser.nextToken() != null) {
                parser.skipChildren();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the Avro schema is not JSON, or nested more than " + MAX_JSON_DEPTH + " deep");
        }
    }

    private static RowType rowType(String path, Schema schema, Expansion expansion) {
        if (!expansion.enclosing.add(schema.getFullName())) {
            throw new IllegalArgumentException("field \"" + path + "\" makes record " + schema.getFullName()
                    + " hold itself, which has no SQL type: leave the field out by declaring the columns");
        }
        List<Column> columns = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            if (++expansion.columns > MAX_COLUMNS) {
                throw new IllegalArgumentException(
                        "the Avro schema has more than " + MAX_COLUMNS + " fields, nested ones included");
            }
            String fieldPath = path.isEmpty() ? field.name() : path + "." + field.name();
            boolean nullable = isNullable(field.schema());
            columns.add(new Column(field.name(), dataType(fieldPath, field.schema(), expansion), nullable));
        }
        expansion.enclosing.remove(schema.getFullName());
        return new RowType(columns);
    }

    private static DataType dataType(String path, Schema schema, Expansion expansion) {
        Schema only = withoutNull(path, schema);
        return switch (only.getType()) {
            case RECORD -> new DataType.Struct(rowType(path, only, expansion));
            case ARRAY -> new DataType.Array(dataType(path + "[]", only.getElementType(), expansion));
            case MAP ->
                new DataType.MapOf(DataType.Scalar.STRING, dataType(path + "{}", only.getValueType(), expansion));
            default -> AvroKind.of(only).type(path, only);
        };
    }

    /** @throws IllegalArgumentException if no Avro schema can be read as the type */
    static void checkReadable(String path, DataType type) {
        if (type instanceof DataType.MapOf map) {
            checkMapKey(path, map);
            checkReadable(path + "{}", map.value());
        } else if (type instanceof DataType.Array array) {
            checkReadable(path + "[]", array.element());
        } else if (type instanceof DataType.Struct struct) {
            struct.row().columns().forEach(column -> checkReadable(path + "." + column.name(), column.type()));
        }
    }

    private static void checkMapKey(String path, DataType.MapOf map) {
        if (map.key() != DataType.Scalar.STRING) {
            throw new IllegalArgumentException("column \"" + path + "\" is " + map.sql()
                    + ", and the keys of an Avro map are strings: make them STRING");
        }
    }

    static boolean isNullable(Schema schema) {
        return schema.getType() == Schema.Type.UNION
                && schema.getTypes().stream().anyMatch(branch -> branch.getType() == Schema.Type.NULL);
    }

    /** The one type of a union with null, or the schema itself. */
    static Schema withoutNull(String path, Schema schema) {
        if (schema.getType() == Schema.Type.NULL) {
            throw new IllegalArgumentException("field \"" + path + "\" is always null and has no SQL type");
        }
        if (schema.getType() != Schema.Type.UNION) {
            return schema;
        }
        List<Schema> others = schema.getTypes().stream()
                .filter(branch -> branch.getType() != Schema.Type.NULL)
                .toList();
        if (others.size() != 1) {
            throw new IllegalArgumentException("field \"" + path + "\" is a union of " + others.size()
                    + " types besides null, which has no SQL type: only a union of null and one type has");
        }
        return others.get(0);
    }

    private static Schema record(String path, @Nullable String namespace, String name, RowType type) {
        try {
            Schema record = Schema.createRecord(name, null, namespace, false);
            List<Schema.Field> fields = new ArrayList<>();
            for (Column column : type.columns()) {
                String columnPath = path.isEmpty() ? column.name() : path + "." + column.name();
                Schema schema = schema(columnPath, record.getFullName(), column.name(), column.type());
                fields.add(
                        column.nullable()
                                ? new Schema.Field(column.name(), orNull(schema), null, JsonProperties.NULL_VALUE)
                                : new Schema.Field(column.name(), schema));
            }
            record.setFields(fields);
            return record;
        } catch (AvroRuntimeException e) {
            throw new IllegalArgumentException(
                    (path.isEmpty() ? "record" : "column \"" + path + "\"") + " cannot be written in Avro: "
                            + e.getMessage() + ". Rename it: a letter or _, then letters, digits and _");
        }
    }

    private static Schema schema(String path, String namespace, String name, DataType type) {
        if (type instanceof DataType.Scalar scalar) {
            return scalar(scalar);
        }
        if (type instanceof DataType.Decimal decimal) {
            return LogicalTypes.decimal(decimal.precision(), decimal.scale())
                    .addToSchema(Schema.create(Schema.Type.BYTES));
        }
        if (type instanceof DataType.Array array) {
            return Schema.createArray(orNull(schema(path + "[]", namespace, name, array.element())));
        }
        if (type instanceof DataType.MapOf map) {
            checkMapKey(path, map);
            return Schema.createMap(orNull(schema(path + "{}", namespace, name, map.value())));
        }
        return record(path, namespace, name, ((DataType.Struct) type).row());
    }

    private static Schema scalar(DataType.Scalar type) {
        return switch (type) {
            case BOOLEAN -> Schema.create(Schema.Type.BOOLEAN);
            case TINYINT, SMALLINT, INT -> Schema.create(Schema.Type.INT);
            case BIGINT -> Schema.create(Schema.Type.LONG);
            case FLOAT -> Schema.create(Schema.Type.FLOAT);
            case DOUBLE -> Schema.create(Schema.Type.DOUBLE);
            case STRING -> Schema.create(Schema.Type.STRING);
            case BYTES -> Schema.create(Schema.Type.BYTES);
            case DATE -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
            case TIME -> LogicalTypes.timeMillis().addToSchema(Schema.create(Schema.Type.INT));
            case TIMESTAMP -> LogicalTypes.localTimestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
            case TIMESTAMP_LTZ -> LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
        };
    }

    private static Schema orNull(Schema schema) {
        return Schema.createUnion(Schema.create(Schema.Type.NULL), schema);
    }

    /**
     * How far the writing-out of a schema has come: the records around this one, and the columns so far. A schema names a
     * record once and uses it often, so a short one can stand for more columns than fit anywhere.
     */
    private static final class Expansion {
        private final Set<String> enclosing = new HashSet<>();
        private int columns;
    }
}
