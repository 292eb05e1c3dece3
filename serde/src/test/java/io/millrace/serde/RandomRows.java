package io.millrace.serde;

import io.millrace.serde.DataType.Scalar;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Random types and rows of them from a seed, with a liking for edges. */
public final class RandomRows {
    private static final List<Scalar> SCALARS = List.of(Scalar.values());
    private static final String[] TEXTS = {
        "",
        "a",
        "order-17",
        "\0",
        "a\0b",
        "\0\0",
        "\u00e4\u00df",
        "\u20ac",
        "\ud83d\ude00x",
        "\uffff",
        "\"\\/\b\f\n\r\t\u0001",
        "\ufffd"
    };
    private static final long[] LONGS = {0, 1, -1, 63, 64, -64, -65, 127, 128, 1 << 20, Long.MAX_VALUE, Long.MIN_VALUE};
    private static final long MAX_TIME_MS = 9_000_000_000_000_000L;

    private final Random random;
    private final boolean anyFloat;
    private final boolean anyText;
    private boolean maps = true;
    private boolean stringKeysOnly = true;

    /**
     * @param anyFloat whether NaN and infinities may come
     * @param anyText whether halves of surrogate pairs may come
     */
    public RandomRows(long seed, boolean anyFloat, boolean anyText) {
        this.random = new Random(seed);
        this.anyFloat = anyFloat;
        this.anyText = anyText;
    }

    public RandomRows withoutMaps() {
        maps = false;
        return this;
    }

    public RandomRows withAnyMapKeys() {
        stringKeysOnly = false;
        return this;
    }

    public Random random() {
        return random;
    }

    public RowType type(int maxColumns, int depth) {
        List<Column> columns = new ArrayList<>();
        int count = 1 + random.nextInt(maxColumns);
        for (int i = 0; i < count; i++) {
            columns.add(new Column("c" + i, dataType(depth), random.nextInt(3) > 0));
        }
        return new RowType(columns);
    }

    public DataType dataType(int depth) {
        int kind = random.nextInt(depth > 0 ? 8 : 5);
        return switch (kind) {
            case 4 -> {
                int precision = 1 + random.nextInt(38);
                yield new DataType.Decimal(precision, random.nextInt(precision + 1));
            }
            case 5 -> new DataType.Array(dataType(depth - 1));
            case 6 ->
                maps
                        ? new DataType.MapOf(stringKeysOnly ? Scalar.STRING : mapKey(), dataType(depth - 1))
                        : Scalar.STRING;
            case 7 -> new DataType.Struct(type(4, depth - 1));
            default -> SCALARS.get(random.nextInt(SCALARS.size()));
        };
    }

    private DataType mapKey() {
        Scalar[] keys = {Scalar.STRING, Scalar.INT, Scalar.BIGINT, Scalar.BOOLEAN, Scalar.DATE, Scalar.TIMESTAMP_LTZ};
        return keys[random.nextInt(keys.length)];
    }

    public @Nullable Object[] row(RowType type) {
        @Nullable Object[] values = new Object[type.size()];
        for (int i = 0; i < values.length; i++) {
            boolean isNull = type.column(i).nullable() && random.nextInt(4) == 0;
            values[i] = isNull ? null : value(type.column(i).type());
        }
        return values;
    }

    public Object value(DataType type) {
        if (type instanceof DataType.Decimal decimal) {
            return decimal(decimal);
        }
        if (type instanceof DataType.Array array) {
            List<@Nullable Object> list = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                list.add(random.nextInt(5) == 0 ? null : value(array.element()));
            }
            return list;
        }
        if (type instanceof DataType.MapOf map) {
            Map<Object, @Nullable Object> entries = new LinkedHashMap<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                entries.put(mapKey(map.key()), random.nextInt(5) == 0 ? null : value(map.value()));
            }
            return entries;
        }
        if (type instanceof DataType.Struct struct) {
            return row(struct.row());
        }
        return scalar((Scalar) type);
    }

    /** Without halves of surrogate pairs, which no format takes in a map's key. */
    private Object mapKey(DataType type) {
        Object key = value(type);
        return key instanceof String text ? text.replace("x\ud800", "") : key;
    }

    private Object scalar(Scalar type) {
        return switch (type) {
            case BOOLEAN -> random.nextBoolean();
            case TINYINT -> (byte) number();
            case SMALLINT -> (short) number();
            case INT, DATE -> (int) number();
            case BIGINT -> number();
            case FLOAT -> floating((float) (random.nextGaussian() * 1e6));
            case DOUBLE -> (double) floating(0.0f) + random.nextGaussian();
            case STRING -> text();
            case BYTES -> bytes();
            case TIME -> random.nextInt(86_400_000);
            case TIMESTAMP, TIMESTAMP_LTZ -> (long) (random.nextDouble() * 2 * MAX_TIME_MS) - MAX_TIME_MS;
        };
    }

    private long number() {
        return random.nextBoolean() ? LONGS[random.nextInt(LONGS.length)] : random.nextLong() >> random.nextInt(64);
    }

    private float floating(float usual) {
        float[] special = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        float[] edges = {0.0f, Float.MIN_VALUE, Float.MAX_VALUE / 2, -Float.MAX_VALUE / 2, 1.5f};
        return switch (random.nextInt(6)) {
            case 0 -> anyFloat ? special[random.nextInt(special.length)] : usual;
            case 1 -> edges[random.nextInt(edges.length)];
            default -> usual;
        };
    }

    private String text() {
        if (anyText && random.nextInt(5) == 0) {
            return "x\ud800" + (random.nextBoolean() ? "y" : "");
        }
        if (random.nextBoolean()) {
            return TEXTS[random.nextInt(TEXTS.length)]
                    + (random.nextBoolean() ? TEXTS[random.nextInt(TEXTS.length)] : "");
        }
        return random.ints(random.nextInt(20), 'a', 'z' + 1)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(6)];
        random.nextBytes(bytes);
        if (bytes.length > 0 && random.nextBoolean()) {
            bytes[random.nextInt(bytes.length)] = 0;
        }
        return bytes;
    }

    private BigDecimal decimal(DataType.Decimal type) {
        BigInteger limit = BigInteger.TEN.pow(random.nextInt(type.precision() + 1));
        BigInteger unscaled = random.nextInt(4) == 0
                ? limit.subtract(BigInteger.ONE)
                : new BigInteger(limit.bitLength(), random).mod(limit);
        return new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), type.scale());
    }

    /** A text that is equal exactly for equal values, whatever arrays they hold. */
    public static String text(@Nullable Object value) {
        if (value instanceof @Nullable Object[] array) {
            return Arrays.stream(array).map(RandomRows::text).collect(Collectors.joining(", ", "(", ")"));
        }
        if (value instanceof byte[] bytes) {
            return "bytes" + Arrays.toString(bytes);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(RandomRows::text).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(e -> text(e.getKey()) + "=" + text(e.getValue()))
                    .sorted()
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return value == null ? "null" : value.getClass().getSimpleName() + ":" + value;
    }

    /** {@code bytes} with one to three of them changed, or cut, or lengthened. */
    public byte[] damaged(byte[] bytes) {
        byte[] copy = Arrays.copyOf(bytes, random.nextInt(8) == 0 ? random.nextInt(bytes.length + 4) : bytes.length);
        for (int i = random.nextInt(3); i >= 0 && copy.length > 0; i--) {
            copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
        }
        return copy;
    }
}
