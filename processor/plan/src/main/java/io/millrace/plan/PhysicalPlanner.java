package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.aggregate.AggregateInput;
import io.millrace.engine.operator.aggregate.AggregateSpec;
import io.millrace.engine.operator.aggregate.LocalAggregate;
import io.millrace.engine.operator.aggregate.RunningAggregate;
import io.millrace.engine.operator.aggregate.WindowAggregate;
import io.millrace.engine.operator.exchange.ExchangeOperator;
import io.millrace.engine.operator.sink.SinkOperator;
import io.millrace.engine.operator.transform.FilterOperator;
import io.millrace.engine.operator.transform.MapOperator;
import io.millrace.engine.operator.transform.RowPredicate;
import io.millrace.engine.topology.Exchange;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.plan.expression.Expression;
import io.millrace.plan.expression.ExpressionCompiler;
import io.millrace.serde.Column;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes stages of checked relations: one pass, inputs first. Rows hold only the columns that somebody reads; a stage ends where rows
 * must be brought together by key and are not yet.
 */
final class PhysicalPlanner {
    /** In {@link Flow#kept}: a column that the rows hold and the relation has not. */
    private static final int UNUSED = -1;

    private final JobSpec job;
    private final ExpressionCompiler compiler;
    private final Topics topics;
    private final Names names;
    private final List<StageDraft> stages = new ArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();
    private final Set<String> sinkTopics = new LinkedHashSet<>();
    private final List<Plan.Note> notes = new ArrayList<>();
    private final IdentityHashMap<Relation, Flow> flows = new IdentityHashMap<>();

    PhysicalPlanner(JobSpec job, ExpressionCompiler compiler, Topics topics, Names names) {
        this.job = job;
        this.compiler = compiler;
        this.topics = topics;
        this.names = names;
    }

    Plan plan(List<Relation> relations) {
        NeededColumns needed = new NeededColumns(relations);
        for (Relation relation : relations) {
            if (needed.isNeeded(relation)) {
                Flow flow = place(relation, needed.of(relation));
                flows.put(relation, flow);
            }
        }
        Text deadLetters = job.errors().deadLetterTopic();
        Topology topology = new Topology(
                job.name().value(),
                stages.stream().map(StageDraft::build).toList(),
                exchanges,
                List.copyOf(sinkTopics),
                job.errors().tolerateAll(),
                deadLetters == null ? null : deadLetters.value());
        return new Plan(job, topology, List.of(), notes);
    }

    private Flow place(Relation relation, List<Integer> needed) {
        if (relation instanceof Relation.Read read) {
            return read(read, needed);
        }
        if (relation instanceof Relation.Filter filter) {
            return filter(filter);
        }
        if (relation instanceof Relation.Project project) {
            return project(project, needed);
        }
        if (relation instanceof Relation.Keyed keyed) {
            return key(keyed, needed);
        }
        if (relation instanceof Relation.Grouped grouped) {
            return group(grouped);
        }
        return write((Relation.Write) relation);
    }

    private Flow read(Relation.Read read, List<Integer> needed) {
        JobSpec.Source source = read.source();
        RowType columns = select(read.columns(), needed);
        Expression written = read.eventTime();
        Input.EventTime eventTime = written == null ? null : compiler.eventTime(written.reading(needed), columns);
        StageDraft stage = new StageDraft(
                stages.size(),
                edges -> new Input.FromSource(
                        read.name(),
                        source.topics().stream().map(Text::value).toList(),
                        columns,
                        topics.decoder(source, columns),
                        eventTime,
                        source.lag().toMillis(),
                        source.idle().toMillis(),
                        Long.MAX_VALUE,
                        edges));
        stages.add(stage);
        return new Flow(stage.inputOutlet(), columns, needed, null);
    }

    private Flow filter(Relation.Filter filter) {
        Flow input = flow(filter.input());
        Expression written = filter.condition();
        List<Expression> earlier = filter.earlier().stream()
                .map(condition -> condition.reading(input.kept()))
                .toList();
        RowPredicate predicate;
        if (written == null) {
            predicate = compiler.noneTrue(earlier, input.columns());
        } else if (earlier.isEmpty()) {
            predicate = compiler.predicate(written.reading(input.kept()), input.columns());
        } else {
            RowPredicate condition = compiler.predicate(written.reading(input.kept()), input.columns());
            RowPredicate rest = compiler.noneTrue(earlier, input.columns());
            predicate = row -> rest.test(row) && condition.test(row);
        }
        return input.to(add(input, filter.name(), filter.description(), FilterOperator.of(filter.name(), predicate)));
    }

    private Flow project(Relation.Project project, List<Integer> needed) {
        Flow input = flow(project.input());
        List<Expression> outputs = needed.stream()
                .map(output -> project.outputs().get(output).reading(input.kept()))
                .toList();
        List<Integer> hashKeys = input.hashKeys() == null ? null : movedKeys(input.hashKeys(), project.outputs());
        RowType columns = select(project.columns(), needed);
        String unused = IntStream.range(0, project.columns().size())
                .filter(i -> !needed.contains(i) && project.outputs().get(i).column() < 0)
                .mapToObj(i -> project.columns().column(i).name())
                .collect(Collectors.joining(", "));
        if (!unused.isEmpty()) {
            notes.add(new Plan.Note(project.name(), "nobody reads " + unused + ", so it is not computed"));
        }
        Flow renamed = renamed(project, input, needed, outputs, hashKeys);
        if (renamed != null) {
            return renamed;
        }
        StageDraft.Outlet outlet = add(
                input,
                project.name(),
                project.description(),
                MapOperator.of(project.name(), compiler.function(outputs, input.columns())));
        return new Flow(outlet, columns, needed, hashKeys);
    }

    /** The input's rows under other names, if the projection computes nothing and repeats nothing; else null. */
    private static @Nullable Flow renamed(
            Relation.Project project,
            Flow input,
            List<Integer> needed,
            List<Expression> outputs,
            @Nullable List<Integer> hashKeys) {
        List<Integer> kept = new ArrayList<>(Collections.nCopies(input.columns().size(), UNUSED));
        for (int i = 0; i < outputs.size(); i++) {
            int place = outputs.get(i).column();
            if (place < 0 || kept.get(place) != UNUSED) {
                return null;
            }
            kept.set(place, needed.get(i));
        }
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < kept.size(); i++) {
            Column column = input.columns().column(i);
            columns.add(
                    kept.get(i) == UNUSED
                            ? new Column("$unused_" + i, column.type(), column.nullable())
                            : project.columns().column(kept.get(i)));
        }
        return new Flow(input.outlet(), new RowType(columns), kept, hashKeys);
    }

    /** Where the columns of a hash key are behind a projection; null if one is lost, and with it the distribution. */
    private static @Nullable List<Integer> movedKeys(List<Integer> keys, List<Expression> outputs) {
        List<Integer> moved = new ArrayList<>();
        for (int key : keys) {
            int place = IntStream.range(0, outputs.size())
                    .filter(i -> outputs.get(i).column() == key)
                    .findFirst()
                    .orElse(-1);
            if (place < 0) {
                return null;
            }
            moved.add(place);
        }
        return moved;
    }

    private Flow key(Relation.Keyed keyed, List<Integer> needed) {
        Flow input = flow(keyed.input());
        String key = Reasons.names(keyed.columns(), keyed.key());
        if (keyed.key().equals(input.hashKeys())) {
            notes.add(new Plan.Note(keyed.name(), "no exchange: the stream is already distributed by " + key));
            return input;
        }
        Flow narrow = narrowed(input, keyed.name(), select(keyed.columns(), needed), needed);
        List<Integer> places = keyed.key().stream().map(narrow.kept()::indexOf).toList();
        Flow behind = exchange(narrow, keyed.name(), narrow.columns(), places, "the job asks for it with 'key'");
        return new Flow(behind.outlet(), narrow.columns(), narrow.kept(), keyed.key());
    }

    /** Rows of just these columns in this order. */
    private Flow narrowed(Flow input, String name, RowType columns, List<Integer> wanted) {
        if (input.kept().equals(wanted)) {
            return input;
        }
        int[] places = wanted.stream().mapToInt(input.kept()::indexOf).toArray();
        StageDraft.Outlet outlet = add(
                input,
                name + "-input",
                "keep " + String.join(", ", columns.names()),
                MapOperator.of(name, compiler.columns(places)));
        return new Flow(outlet, columns, wanted, input.hashKeys());
    }

    private Flow group(Relation.Grouped grouped) {
        Flow input = flow(grouped.input());
        AggregateSpec spec = grouped.spec();
        String name = grouped.name();
        List<Expression> arguments = grouped.aggregation().input().stream()
                .map(expression -> expression.reading(input.kept()))
                .toList();
        Flow rows = input;
        if (!isIdentity(arguments, input.columns().size())) {
            rows = input.to(add(
                    input,
                    name + "-input",
                    Reasons.keeps(grouped),
                    MapOperator.of(name, compiler.function(arguments, input.columns()))));
        }
        List<Integer> keyPlaces = IntStream.range(0, spec.keyCount()).boxed().toList();
        List<Integer> hashed = input.hashKeys();
        AggregateInput mode = AggregateInput.ROWS;
        Flow gathered = rows;
        List<Integer> hashedNow = grouped.by();
        if (hashed != null && grouped.by().containsAll(hashed)) {
            hashedNow = hashed;
            notes.add(new Plan.Note(name, Reasons.noExchange(grouped, hashed)));
        } else if (spec.windows() == null) {
            // Each row gives an update, so there is nothing to gain by adding up before the exchange.
            gathered = exchange(rows, name, spec.input(), keyPlaces, Reasons.exchange(grouped, hashed));
        } else {
            StageDraft.Outlet local = add(rows, name + "-local", Reasons.local(grouped), LocalAggregate.of(spec));
            gathered = exchange(rows.to(local), name, spec.partialType(), keyPlaces, Reasons.exchange(grouped, hashed));
            mode = AggregateInput.PARTIALS;
        }
        StageDraft stage = gathered.outlet().stage();
        String kind = spec.windows() == null ? "a total per group" : "sums per group and slice";
        stage.addStore(new Stage.Store(name, kind, names.changelogTopic(name), false));
        StageDraft.Outlet outlet = add(
                gathered,
                name,
                Reasons.aggregate(grouped),
                spec.windows() == null ? RunningAggregate.of(spec, mode) : WindowAggregate.of(spec, mode));
        return results(grouped, outlet, hashedNow);
    }

    private Flow results(Relation.Grouped grouped, StageDraft.Outlet computed, List<Integer> hashKeys) {
        RowType columns = grouped.columns();
        List<Integer> all = IntStream.range(0, columns.size()).boxed().toList();
        List<Integer> moved = hashKeys.stream().map(grouped.by()::indexOf).toList();
        Flow flow = new Flow(computed, grouped.computed(), all, moved);
        int leading = columns.size() - grouped.aggregation().results().size();
        List<Expression> outputs = new ArrayList<>();
        for (int i = 0; i < leading; i++) {
            outputs.add(compiler.column(i, grouped.computed()));
        }
        outputs.addAll(grouped.aggregation().results());
        if (isIdentity(outputs, grouped.computed().size())) {
            return new Flow(computed, columns, all, moved);
        }
        StageDraft.Outlet outlet = add(
                flow,
                grouped.name() + "-results",
                "compute " + Reasons.valueNames(grouped.step()) + " from its results",
                MapOperator.of(grouped.name(), compiler.function(outputs, grouped.computed())));
        return new Flow(outlet, columns, all, moved);
    }

    private Flow write(Relation.Write write) {
        JobSpec.Sink sink = write.sink();
        RowType columns = write.input().columns();
        List<Integer> all = IntStream.range(0, columns.size()).boxed().toList();
        Flow input = narrowed(flow(write.input()), sink.name().value(), columns, all);
        SinkOperator.KeyPart key = write.key().isEmpty()
                ? null
                : new SinkOperator.KeyPart(
                        write.key(), topics.keyEncoder(sink, Topics.keyColumns(columns, write.key())));
        sinkTopics.add(sink.topic().value());
        StageDraft.Outlet outlet = add(
                input,
                sink.name().value(),
                "sink",
                Reasons.sink(sink, columns),
                SinkOperator.of(sink.name().value(), sink.topic().value(), topics.valueEncoder(sink, columns), key));
        return input.to(outlet);
    }

    /** Ends the stage; what comes out on the other side starts the next one. */
    private Flow exchange(Flow input, String name, RowType columns, List<Integer> key, String reason) {
        Exchange exchange = new Exchange(
                name,
                names.repartitionTopic(name),
                columns,
                key,
                input.outlet().stage().id(),
                reason,
                false);
        exchanges.add(exchange);
        String by = key.isEmpty() ? "into one partition" : "by " + Reasons.names(columns, key);
        add(input, name + "-exchange", "exchange " + by, ExchangeOperator.of(exchange));
        StageDraft stage = new StageDraft(stages.size(), edges -> new Input.FromExchange(exchange, edges));
        stages.add(stage);
        return new Flow(stage.inputOutlet(), columns, List.of(), null);
    }

    private StageDraft.Outlet add(Flow input, String name, String description, OperatorFactory factory) {
        return add(input, name, "again", description, factory);
    }

    private StageDraft.Outlet add(Flow input, String name, String what, String description, OperatorFactory factory) {
        return input.outlet().stage().add(input.outlet(), names.node(name, what), description, factory);
    }

    private Flow flow(Relation relation) {
        Flow flow = flows.get(relation);
        if (flow == null) {
            throw new IllegalStateException(relation.name() + " comes after what reads it");
        }
        return flow;
    }

    private static boolean isIdentity(List<Expression> outputs, int inputSize) {
        return outputs.size() == inputSize
                && IntStream.range(0, inputSize).allMatch(i -> outputs.get(i).column() == i);
    }

    private static RowType select(RowType columns, List<Integer> indexes) {
        List<Column> selected = indexes.stream().map(columns::column).toList();
        return new RowType(selected);
    }

    /**
     * Rows of a relation.
     *
     * @param columns what the rows hold
     * @param kept which of the relation's columns these are; {@link #UNUSED} for what is none of them
     * @param hashKeys by which of the relation's columns the rows are distributed: all with equal values are in one task; null if that
     *     is unknown, empty if all rows are in one task
     */
    private record Flow(
            StageDraft.Outlet outlet,
            RowType columns,
            List<Integer> kept,
            @Nullable List<Integer> hashKeys) {
        Flow to(StageDraft.Outlet next) {
            return new Flow(next, columns, kept, hashKeys);
        }
    }
}
