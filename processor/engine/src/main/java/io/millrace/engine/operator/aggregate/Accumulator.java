package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.aggregate.Sum.DecimalSum;
import io.millrace.engine.operator.aggregate.Sum.FloatingSum;
import io.millrace.engine.operator.aggregate.Sum.IntegerSum;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one call's result is built up in its slots, which are neighbouring places of an array, from {@code at} on. Slots hold values
 * of column types, so that a row codec can write them. Arguments that are NULL never get here. Stateless.
 */
sealed interface Accumulator
        permits Accumulator.RowCount, Accumulator.Count, Accumulator.Extreme, Accumulator.Average, Sum {
    /** The types of its slots. */
    List<DataType> slots();

    /** Fills in what the slots hold before the first argument; they come as nulls. */
    default void start(@Nullable Object[] slots, int at) {}

    void add(@Nullable Object[] slots, int at, Object argument);

    /** Adds what was accumulated elsewhere. */
    void merge(@Nullable Object[] slots, int at, @Nullable Object[] from, int fromAt);

    @Nullable
    Object result(@Nullable Object[] slots, int at);

    /** @throws IllegalArgumentException if the function cannot take the argument or give the result */
    static Accumulator of(AggregateCall call) {
        DataType argument = call.argumentType();
        if (call.function() == AggregateCall.Function.COUNT) {
            if (argument == null && call.distinct()) {
                throw new IllegalArgumentException("COUNT(DISTINCT *) has no argument to be distinct");
            }
            return argument == null && call.filter() < 0 ? new RowCount() : new Count();
        }
        if (argument == null) {
            throw new IllegalArgumentException(call.function() + " needs an argument");
        }
        return switch (call.function()) {
            case MIN -> new Extreme(argument, Extreme.order(argument).reversed());
            case MAX -> new Extreme(argument, Extreme.order(argument));
            case SUM -> sum(call, argument);
            case AVG -> new Average(sum(call, argument));
            case COUNT -> throw new IllegalStateException("COUNT was handled above");
        };
    }

    private static Sum sum(AggregateCall call, DataType argument) {
        DataType result = call.resultType();
        if (IntegerSum.supports(argument) && IntegerSum.supports(result)) {
            return new IntegerSum((Scalar) result);
        }
        if (FloatingSum.supports(argument) && FloatingSum.supports(result)) {
            return new FloatingSum((Scalar) result);
        }
        if (argument instanceof DataType.Decimal of && result instanceof DataType.Decimal to) {
            return new DecimalSum(of.scale(), to);
        }
        throw new IllegalArgumentException(call.function() + "(" + argument.sql() + ") cannot be " + result.sql());
    }

    /** COUNT(*): a group keeps the number of its rows anyway, at {@link Accumulators#COUNT_AT}. */
    record RowCount() implements Accumulator {
        @Override
        public List<DataType> slots() {
            return List.of();
        }

        @Override
        public void add(@Nullable Object[] slots, int at, Object argument) {}

        @Override
        public void merge(@Nullable Object[] slots, int at, @Nullable Object[] from, int fromAt) {}

        @Override
        public @Nullable Object result(@Nullable Object[] slots, int at) {
            return slots[Accumulators.COUNT_AT];
        }
    }

    /** How many arguments there were. */
    record Count() implements Accumulator {
        private static final List<DataType> SLOTS = List.of(Scalar.BIGINT);

        @Override
        public List<DataType> slots() {
            return SLOTS;
        }

        @Override
        public void start(@Nullable Object[] slots, int at) {
            slots[at] = 0L;
        }

        @Override
        public void add(@Nullable Object[] slots, int at, Object argument) {
            slots[at] = (long) slots[at] + 1;
        }

        @Override
        public void merge(@Nullable Object[] slots, int at, @Nullable Object[] from, int fromAt) {
            slots[at] = (long) slots[at] + (long) from[fromAt];
        }

        @Override
        public @Nullable Object result(@Nullable Object[] slots, int at) {
            return slots[at];
        }
    }

    /** The greatest argument by {@code order}: MAX, and MIN by the reversed order. */
    record Extreme(DataType type, Comparator<Object> order) implements Accumulator {
        @Override
        public List<DataType> slots() {
            return List.of(type);
        }

        @Override
        public void add(@Nullable Object[] slots, int at, Object argument) {
            Object best = slots[at];
            if (best == null || order.compare(argument, best) > 0) {
                slots[at] = argument;
            }
        }

        @Override
        public void merge(@Nullable Object[] slots, int at, @Nullable Object[] from, int fromAt) {
            Object argument = from[fromAt];
            if (argument != null) {
                add(slots, at, argument);
            }
        }

        @Override
        public @Nullable Object result(@Nullable Object[] slots, int at) {
            return slots[at];
        }

        @SuppressWarnings("unchecked") // the values of a type are of one class, which is comparable to itself
        static Comparator<Object> order(DataType type) {
            if (type == Scalar.BYTES) {
                return (left, right) -> Arrays.compareUnsigned((byte[]) left, (byte[]) right);
            }
            if (type == Scalar.STRING) {
                return (left, right) -> compareCodePoints((String) left, (String) right);
            }
            if (type instanceof Scalar || type instanceof DataType.Decimal) {
                return (left, right) -> ((Comparable<Object>) left).compareTo(right);
            }
            throw new IllegalArgumentException("values of " + type.sql() + " have no order for MIN and MAX");
        }

        /** The order of the UTF-8 bytes, in which a surrogate pair is above every other character. */
        private static int compareCodePoints(String left, String right) {
            int length = Math.min(left.length(), right.length());
            for (int i = 0; i < length; i++) {
                char a = left.charAt(i);
                char b = right.charAt(i);
                if (a != b) {
                    boolean pairs = Character.isSurrogate(a);
                    return pairs == Character.isSurrogate(b) ? Character.compare(a, b) : pairs ? 1 : -1;
                }
            }
            return Integer.compare(left.length(), right.length());
        }
    }

    /** A sum, and in the slot after its slots how many arguments it is of. */
    record Average(Sum sum) implements Accumulator {
        @Override
        public List<DataType> slots() {
            List<DataType> slots = new ArrayList<>(sum.slots());
            slots.add(Scalar.BIGINT);
            return slots;
        }

        @Override
        public void start(@Nullable Object[] slots, int at) {
            sum.start(slots, at);
            slots[countAt(at)] = 0L;
        }

        @Override
        public void add(@Nullable Object[] slots, int at, Object argument) {
            sum.add(slots, at, argument);
            int count = countAt(at);
            slots[count] = (long) slots[count] + 1;
        }

        @Override
        public void merge(@Nullable Object[] slots, int at, @Nullable Object[] from, int fromAt) {
            sum.merge(slots, at, from, fromAt);
            int count = countAt(at);
            slots[count] = (long) slots[count] + (long) from[countAt(fromAt)];
        }

        @Override
        public @Nullable Object result(@Nullable Object[] slots, int at) {
            long count = (long) slots[countAt(at)];
            return count == 0 ? null : sum.average(slots, at, count);
        }

        private int countAt(int at) {
            return at + sum.slotCount();
        }
    }
}
