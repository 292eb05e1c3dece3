package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.engine.operator.aggregate.AggregateSpec;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.plan.expression.Aggregation;
import io.millrace.plan.expression.Expression;
import io.millrace.plan.expression.Ordering;
import io.millrace.serde.RowType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A checked step over checked inputs: the logical plan. A relation may feed several others. */
sealed interface Relation {
    /** The step's name, or its verb with a number. */
    String name();

    /** What it gives: all columns, used or not. */
    RowType columns();

    /**
     * Reads a source.
     *
     * @param eventTime null for the record's timestamp
     */
    record Read(
            JobSpec.Source source,
            RowType columns,
            @Nullable Expression eventTime) implements Relation {
        @Override
        public String name() {
            return source.name().value();
        }
    }

    /**
     * The rows of several.
     *
     * @param places for each input, which of its columns each of the union's is
     */
    record Union(String name, List<Relation> inputs, List<List<Integer>> places, RowType columns) implements Relation {}

    /**
     * Keeps rows for which {@code condition} is TRUE (or all, if null) and none of {@code earlier} is.
     *
     * @param earlier the conditions of a route's branches above this one
     */
    record Filter(
            String name, Relation input, @Nullable Expression condition, List<Expression> earlier, String description)
            implements Relation {
        @Override
        public RowType columns() {
            return input.columns();
        }
    }

    /** Computes each row anew. */
    record Project(String name, Relation input, List<Expression> outputs, RowType columns, String description)
            implements Relation {}

    /** @param column the column whose elements each become a row */
    record Flattened(String name, Relation input, int column, RowType columns) implements Relation {}

    /** @param key indexes of columns to distribute by */
    record Keyed(String name, Relation input, List<Integer> key) implements Relation {
        @Override
        public RowType columns() {
            return input.columns();
        }
    }

    /**
     * Groups and aggregates.
     *
     * @param by indexes of the input's columns
     * @param spec what the engine computes; its input is {@code aggregation.input()}
     * @param computed the columns that the engine gives, from which {@code aggregation.results()} are computed
     * @param columns the columns grouped by, the window's bounds if there are windows, then the results
     */
    record Grouped(
            Relation input,
            JobSpec.Aggregate step,
            List<Integer> by,
            Aggregation aggregation,
            AggregateSpec spec,
            RowType computed,
            RowType columns)
            implements Relation {
        @Override
        public String name() {
            return step.name().value();
        }
    }

    /** Drops rows whose key was seen. */
    record Deduped(Relation input, JobSpec.Dedupe step, List<Integer> key) implements Relation {
        @Override
        public String name() {
            return step.name().value();
        }

        @Override
        public RowType columns() {
            return input.columns();
        }
    }

    /**
     * Keeps the first rows of each group.
     *
     * @param windows null to rank all rows so far
     * @param boundColumns whether the window's bounds come behind the input's columns
     * @param uniqueKey the columns by which a row of the input replaces an earlier one; null if none does
     * @param columns the input's, then the bounds, then the rank
     */
    record Ranked(
            Relation input,
            JobSpec.Top step,
            List<Integer> by,
            List<Ordering> order,
            @Nullable SlicedWindows windows,
            boolean boundColumns,
            @Nullable List<Integer> uniqueKey,
            RowType columns)
            implements Relation {
        @Override
        public String name() {
            return step.name().value();
        }
    }

    /** Runs custom code, over all columns. */
    record Processed(Relation input, JobSpec.Process step, List<Integer> by, ProcessDefinition definition)
            implements Relation {
        @Override
        public String name() {
            return step.name().value();
        }

        @Override
        public RowType columns() {
            return definition.output();
        }
    }

    /** @param side which of the side outputs of custom code */
    record Side(Processed process, String side, RowType columns) implements Relation {
        @Override
        public String name() {
            return process.name() + "-" + side;
        }
    }

    /**
     * Writes to a sink. It gives nothing.
     *
     * @param marked whether each record says if a result is final
     */
    record Write(Relation input, JobSpec.Sink sink, List<Integer> key, boolean marked, RowType columns)
            implements Relation {
        @Override
        public String name() {
            return sink.name().value();
        }
    }
}
