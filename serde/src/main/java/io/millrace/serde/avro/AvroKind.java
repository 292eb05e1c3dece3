package io.millrace.serde.avro;

import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** What an Avro schema without parts means, physical and logical type in one. */
enum AvroKind {
    BOOLEAN(Scalar.BOOLEAN),
    INT(Scalar.INT),
    LONG(Scalar.BIGINT),
    FLOAT(Scalar.FLOAT),
    DOUBLE(Scalar.DOUBLE),
    STRING(Scalar.STRING),
    ENUM(Scalar.STRING),
    BYTES(Scalar.BYTES),
    FIXED(Scalar.BYTES),
    UUID_FIXED(Scalar.STRING),
    DECIMAL_BYTES(null),
    DECIMAL_FIXED(null),
    DATE(Scalar.DATE),
    TIME_MILLIS(Scalar.TIME),
    TIME_MICROS(Scalar.TIME),
    TIMESTAMP_MILLIS(Scalar.TIMESTAMP_LTZ),
    TIMESTAMP_MICROS(Scalar.TIMESTAMP_LTZ),
    TIMESTAMP_NANOS(Scalar.TIMESTAMP_LTZ),
    LOCAL_TIMESTAMP_MILLIS(Scalar.TIMESTAMP),
    LOCAL_TIMESTAMP_MICROS(Scalar.TIMESTAMP),
    LOCAL_TIMESTAMP_NANOS(Scalar.TIMESTAMP),
    /** Record, array, map, union or null. */
    NESTED(null);

    private final @Nullable Scalar type;

    AvroKind(@Nullable Scalar type) {
        this.type = type;
    }

    static AvroKind of(Schema schema) {
        @Nullable LogicalType logical = schema.getLogicalType();
        String name = logical == null ? "" : logical.getName();
        return switch (schema.getType()) {
            case BOOLEAN -> BOOLEAN;
            case INT -> name.equals("date") ? DATE : name.equals("time-millis") ? TIME_MILLIS : INT;
            case LONG -> ofLong(name);
            case FLOAT -> FLOAT;
            case DOUBLE -> DOUBLE;
            case STRING -> STRING;
            case ENUM -> ENUM;
            case BYTES -> logical instanceof LogicalTypes.Decimal ? DECIMAL_BYTES : BYTES;
            case FIXED ->
                logical instanceof LogicalTypes.Decimal
                        ? DECIMAL_FIXED
                        : name.equals("uuid") && schema.getFixedSize() == 16 ? UUID_FIXED : FIXED;
            case RECORD, ARRAY, MAP, UNION, NULL -> NESTED;
        };
    }

    private static AvroKind ofLong(String logicalName) {
        return switch (logicalName) {
            case "time-micros" -> TIME_MICROS;
            case "timestamp-millis" -> TIMESTAMP_MILLIS;
            case "timestamp-micros" -> TIMESTAMP_MICROS;
            case "timestamp-nanos" -> TIMESTAMP_NANOS;
            case "local-timestamp-millis" -> LOCAL_TIMESTAMP_MILLIS;
            case "local-timestamp-micros" -> LOCAL_TIMESTAMP_MICROS;
            case "local-timestamp-nanos" -> LOCAL_TIMESTAMP_NANOS;
            default -> LONG;
        };
    }

    /** @throws IllegalArgumentException if it has no SQL type; the message names {@code path} */
    DataType type(String path, Schema schema) {
        if (type != null) {
            return type;
        }
        if (!(schema.getLogicalType() instanceof LogicalTypes.Decimal decimal)) {
            throw new IllegalArgumentException(
                    "field \"" + path + "\" is " + schema.getType().getName() + " and has no SQL type");
        }
        try {
            return new DataType.Decimal(decimal.getPrecision(), decimal.getScale());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("field \"" + path + "\": " + e.getMessage());
        }
    }

    /** How many of its units are a millisecond, for times kept in a long. */
    long unitsPerMs() {
        return switch (this) {
            case TIME_MICROS, TIMESTAMP_MICROS, LOCAL_TIMESTAMP_MICROS -> 1_000;
            case TIMESTAMP_NANOS, LOCAL_TIMESTAMP_NANOS -> 1_000_000;
            default -> 1;
        };
    }
}
