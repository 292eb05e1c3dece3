package io.millrace.serde.avro;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Decimals;
import io.millrace.serde.DecodeException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.UUID;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Readers of the schemas without parts: which of our types each can be read as, and how. */
final class AvroScalars {
    private static final int DAY_MS = 86_400_000;
    /** Far more than 38 digits need, also in a wide fixed; longer ones only cost time. */
    private static final int MAX_DECIMAL_BYTES = 64;

    private AvroScalars() {}

    static AvroReader reader(String path, Schema schema, DataType wanted) {
        AvroKind kind = AvroKind.of(schema);
        @Nullable
        AvroReader reader = wanted instanceof DataType.Decimal decimal
                ? decimal(path, kind, schema, decimal)
                : wanted instanceof Scalar scalar ? scalar(path, kind, schema, scalar) : null;
        if (reader == null) {
            throw new IllegalArgumentException("column \"" + path + "\" is wanted as " + wanted.sql()
                    + ", and the writer's schema has " + kindName(kind, schema) + " there" + cure(path, kind, schema));
        }
        return reader;
    }

    private static @Nullable AvroReader scalar(String path, AvroKind kind, Schema schema, Scalar wanted) {
        return switch (wanted) {
            case BOOLEAN -> kind == AvroKind.BOOLEAN ? BinaryReader::readBoolean : null;
            case TINYINT ->
                kind == AvroKind.INT
                        ? in -> (byte) ranged(path, in.readZigZagInt(), Byte.MIN_VALUE, Byte.MAX_VALUE)
                        : null;
            case SMALLINT ->
                kind == AvroKind.INT
                        ? in -> (short) ranged(path, in.readZigZagInt(), Short.MIN_VALUE, Short.MAX_VALUE)
                        : null;
            case INT -> kind == AvroKind.INT ? BinaryReader::readZigZagInt : null;
            case BIGINT -> isWhole(kind) ? BinaryReader::readZigZagLong : null;
            case FLOAT ->
                isWhole(kind)
                        ? in -> (float) in.readZigZagLong()
                        : kind == AvroKind.FLOAT ? AvroScalars::readFloat : null;
            case DOUBLE ->
                isWhole(kind)
                        ? in -> (double) in.readZigZagLong()
                        : kind == AvroKind.FLOAT
                                ? in -> (double) readFloat(in)
                                : kind == AvroKind.DOUBLE ? AvroScalars::readDouble : null;
            case STRING -> string(kind, schema);
            case BYTES -> bytes(kind, schema);
            case DATE -> kind == AvroKind.DATE ? BinaryReader::readZigZagInt : null;
            case TIME -> time(path, kind);
            case TIMESTAMP, TIMESTAMP_LTZ -> timestamp(kind, wanted);
        };
    }

    private static @Nullable AvroReader string(AvroKind kind, Schema schema) {
        return switch (kind) {
            case STRING, BYTES -> in -> in.readUtf8(AvroBlocks.length(in));
            case ENUM -> {
                List<String> symbols = List.copyOf(schema.getEnumSymbols());
                yield in -> symbols.get(AvroBlocks.branch(in, symbols.size()));
            }
            case UUID_FIXED -> in -> new UUID(in.readFixedLong(), in.readFixedLong()).toString();
            default -> null;
        };
    }

    private static @Nullable AvroReader bytes(AvroKind kind, Schema schema) {
        return switch (kind) {
            case STRING, BYTES -> in -> in.readRaw(AvroBlocks.length(in));
            case FIXED, UUID_FIXED -> {
                int size = schema.getFixedSize();
                yield in -> in.readRaw(size);
            }
            default -> null;
        };
    }

    private static @Nullable AvroReader time(String path, AvroKind kind) {
        if (kind != AvroKind.TIME_MILLIS && kind != AvroKind.TIME_MICROS) {
            return null;
        }
        long unitsPerMs = kind.unitsPerMs();
        return in -> (int) ranged(path, Math.floorDiv(in.readZigZagLong(), unitsPerMs), 0, DAY_MS - 1);
    }

    /** A timestamp-* may be wanted as the wall clock in UTC, as which it was often written before local-timestamp-* existed. */
    private static @Nullable AvroReader timestamp(AvroKind kind, Scalar wanted) {
        return switch (kind) {
            case LONG, TIMESTAMP_MILLIS -> BinaryReader::readZigZagLong;
            case TIMESTAMP_MICROS, TIMESTAMP_NANOS -> milliseconds(kind);
            case LOCAL_TIMESTAMP_MILLIS, LOCAL_TIMESTAMP_MICROS, LOCAL_TIMESTAMP_NANOS ->
                wanted == Scalar.TIMESTAMP ? milliseconds(kind) : null;
            default -> null;
        };
    }

    private static AvroReader milliseconds(AvroKind kind) {
        long unitsPerMs = kind.unitsPerMs();
        return in -> Math.floorDiv(in.readZigZagLong(), unitsPerMs);
    }

    private static @Nullable AvroReader decimal(String path, AvroKind kind, Schema schema, DataType.Decimal wanted) {
        if (isWhole(kind)) {
            return in -> fit(path, BigDecimal.valueOf(in.readZigZagLong()), wanted);
        }
        if (!(schema.getLogicalType() instanceof LogicalTypes.Decimal logical)) {
            return null;
        }
        int scale = logical.getScale();
        if (kind == AvroKind.DECIMAL_FIXED) {
            int size = schema.getFixedSize();
            return in -> fit(path, unscaled(path, in, size, scale), wanted);
        }
        return in -> fit(path, unscaled(path, in, AvroBlocks.length(in), scale), wanted);
    }

    private static BigDecimal unscaled(String path, BinaryReader in, int bytes, int scale) {
        if (bytes < 1 || bytes > MAX_DECIMAL_BYTES) {
            throw new DecodeException("column \"" + path + "\" is a decimal of " + bytes + " bytes; 1 to "
                    + MAX_DECIMAL_BYTES + " are possible");
        }
        return new BigDecimal(new BigInteger(in.readRaw(bytes)), scale);
    }

    private static BigDecimal fit(String path, BigDecimal value, DataType.Decimal wanted) {
        @Nullable BigDecimal fitted = Decimals.fit(value, wanted);
        if (fitted == null) {
            throw new DecodeException("column \"" + path + "\" is a number that is out of range for " + wanted.sql());
        }
        return fitted;
    }

    private static boolean isWhole(AvroKind kind) {
        return kind == AvroKind.INT || kind == AvroKind.LONG;
    }

    /** Avro's floats are little-endian. */
    private static float readFloat(BinaryReader in) {
        return Float.intBitsToFloat(Integer.reverseBytes(in.readFixedInt()));
    }

    private static double readDouble(BinaryReader in) {
        return Double.longBitsToDouble(Long.reverseBytes(in.readFixedLong()));
    }

    private static long ranged(String path, long value, long min, long max) {
        if (value < min || value > max) {
            throw new DecodeException("column \"" + path + "\" is a number that is out of range for its type");
        }
        return value;
    }

    private static String kindName(AvroKind kind, Schema schema) {
        String type = schema.getType().getName();
        return schema.getLogicalType() == null || kind == AvroKind.NESTED
                ? type
                : type + " (" + schema.getLogicalType().getName() + ")";
    }

    private static String cure(String path, AvroKind kind, Schema schema) {
        return kind == AvroKind.NESTED
                ? ""
                : ": declare it " + kind.type(path, schema).sql();
    }
}
