package io.millrace.api;

import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a piece of state holds: a column's type, together with the Java class of its values for the compiler. What is kept is kept in the form of the
 * type, so it can be read back by a later version of the class.
 *
 * @param <T> the class that the {@link DataType} names
 */
@SuppressWarnings("UnusedTypeParameter") // It is for the compiler of custom code.
public final class StateType<T> {
    public static final StateType<Boolean> BOOLEAN = new StateType<>(Scalar.BOOLEAN);
    public static final StateType<Integer> INT = new StateType<>(Scalar.INT);
    public static final StateType<Long> BIGINT = new StateType<>(Scalar.BIGINT);
    public static final StateType<Float> FLOAT = new StateType<>(Scalar.FLOAT);
    public static final StateType<Double> DOUBLE = new StateType<>(Scalar.DOUBLE);
    public static final StateType<String> STRING = new StateType<>(Scalar.STRING);
    public static final StateType<byte[]> BYTES = new StateType<>(Scalar.BYTES);

    /** Days since 1970. */
    public static final StateType<Integer> DATE = new StateType<>(Scalar.DATE);

    /** Milliseconds since 1970 of a wall clock. */
    public static final StateType<Long> TIMESTAMP = new StateType<>(Scalar.TIMESTAMP);

    /** An instant, milliseconds since 1970. */
    public static final StateType<Long> TIMESTAMP_LTZ = new StateType<>(Scalar.TIMESTAMP_LTZ);

    private final DataType dataType;

    private StateType(DataType dataType) {
        this.dataType = dataType;
    }

    /** @param precision 1 to 38; {@code scale} 0 to {@code precision} */
    public static StateType<BigDecimal> decimal(int precision, int scale) {
        return new StateType<>(new DataType.Decimal(precision, scale));
    }

    /** A list as one value; see {@link ListState} for one whose elements are kept each on its own. */
    public static <E> StateType<List<E>> listOf(StateType<E> element) {
        return new StateType<>(new DataType.Array(element.dataType));
    }

    /** A map as one value; see {@link MapState} for one whose entries are kept each on its own. */
    public static <K, V> StateType<Map<K, V>> mapOf(StateType<K> key, StateType<V> value) {
        return new StateType<>(new DataType.MapOf(key.dataType, value.dataType));
    }

    /** Several values, in the order of the columns. Nullable columns can be added at the end of the type later on. */
    public static StateType<@Nullable Object[]> row(RowType columns) {
        return new StateType<>(new DataType.Struct(columns));
    }

    public DataType dataType() {
        return dataType;
    }

    @Override
    public String toString() {
        return dataType.sql();
    }
}
