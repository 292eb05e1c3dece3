package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.engine.operator.flatten.FlattenOperator;
import io.millrace.engine.operator.sink.SinkOperator;
import io.millrace.engine.operator.transform.FilterOperator;
import io.millrace.engine.operator.transform.MapOperator;
import io.millrace.engine.operator.transform.RowPredicate;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Topology;
import io.millrace.plan.expression.Expression;
import io.millrace.plan.expression.ExpressionCompiler;
import io.millrace.serde.Column;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes stages of checked relations: one pass, inputs first. Rows hold only the columns that somebody reads; a stage ends where rows
 * must be brought together by key and are not yet.
 */
final class PhysicalPlanner {
    private final JobSpec job;
    private final ExpressionCompiler compiler;
    private final Topics topics;
    private final TopologyDraft draft;
    private final GroupPlacement groups;
    private final RowPlacement keepers;
    private final IdentityHashMap<Relation, Flow> flows = new IdentityHashMap<>();

    PhysicalPlanner(JobSpec job, ExpressionCompiler compiler, Topics topics, Names names) {
        this.job = job;
        this.compiler = compiler;
        this.topics = topics;
        this.draft = new TopologyDraft(names, compiler);
        this.groups = new GroupPlacement(draft, compiler);
        this.keepers = new RowPlacement(draft);
    }

    Topology plan(List<Relation> relations) {
        NeededColumns needed = new NeededColumns(relations);
        List<Relation> used = relations.stream().filter(needed::isNeeded).toList();
        Origins origins = new Origins(used);
        for (Relation relation : used) {
            flows.put(relation, place(relation, needed.of(relation), origins));
        }
        return draft.build(job);
    }

    /** What it decided. */
    List<Plan.Note> notes() {
        return draft.notes();
    }

    private Flow place(Relation relation, List<Integer> needed, Origins origins) {
        if (relation instanceof Relation.Read read) {
            return read(read, needed);
        }
        if (relation instanceof Relation.Union union) {
            return union(union, needed);
        }
        if (relation instanceof Relation.Filter filter) {
            return filter(filter);
        }
        if (relation instanceof Relation.Project project) {
            return project(project, needed);
        }
        if (relation instanceof Relation.Flattened flattened) {
            return flatten(flattened);
        }
        if (relation instanceof Relation.Keyed keyed) {
            return key(keyed, needed, origins);
        }
        if (relation instanceof Relation.Write write) {
            return write(write);
        }
        return placeStateful(relation, needed);
    }

    private Flow placeStateful(Relation relation, List<Integer> needed) {
        if (relation instanceof Relation.Grouped grouped) {
            return groups.place(grouped, flow(grouped.input()));
        }
        if (relation instanceof Relation.Deduped deduped) {
            return keepers.dedupe(deduped, flow(deduped.input()), needed);
        }
        if (relation instanceof Relation.Ranked ranked) {
            return keepers.top(ranked, flow(ranked.input()), needed);
        }
        if (relation instanceof Relation.Processed processed) {
            return keepers.process(processed, flow(processed.input()));
        }
        return keepers.side((Relation.Side) relation);
    }

    private Flow read(Relation.Read read, List<Integer> needed) {
        JobSpec.Source source = read.source();
        RowType columns = Flow.select(read.columns(), needed);
        Expression written = read.eventTime();
        Input.EventTime eventTime = written == null ? null : compiler.eventTime(written.reading(needed), columns);
        List<StageDraft.Outlet> outlets = draft.stage(List.of(edges -> new Input.FromSource(
                read.name(),
                source.topics().stream().map(Text::value).toList(),
                columns,
                topics.decoder(source, columns),
                eventTime,
                source.lag().toMillis(),
                source.idle().toMillis(),
                source.drift().toMillis(),
                edges)));
        return new Flow(outlets, columns, needed, null);
    }

    /** Rows of several stages stay where they are: what reads a union is placed in each of them, as far as the next exchange. */
    private Flow union(Relation.Union union, List<Integer> needed) {
        RowType columns = Flow.select(union.columns(), needed);
        List<StageDraft.Outlet> outlets = new ArrayList<>();
        List<@Nullable List<Integer>> hashKeys = new ArrayList<>();
        for (int i = 0; i < union.inputs().size(); i++) {
            List<Integer> places = union.places().get(i);
            List<Integer> wanted = needed.stream().map(places::get).toList();
            Flow input = draft.narrowed(flow(union.inputs().get(i)), union.name(), columns, wanted);
            input.outlets().forEach(outlet -> merge(outlet, outlets));
            List<Integer> hashed = input.hashKeys();
            hashKeys.add(
                    hashed == null ? null : hashed.stream().map(places::indexOf).toList());
        }
        // Rows of one key are in one task only if all have come there by the same exchange.
        boolean alike =
                outlets.size() == 1 && hashKeys.stream().allMatch(keys -> Objects.equals(keys, hashKeys.get(0)));
        return new Flow(outlets, columns, needed, alike ? hashKeys.get(0) : null);
    }

    private static void merge(StageDraft.Outlet outlet, List<StageDraft.Outlet> outlets) {
        for (int i = 0; i < outlets.size(); i++) {
            if (outlets.get(i).stage() == outlet.stage()) {
                outlets.set(i, outlets.get(i).and(outlet));
                return;
            }
        }
        outlets.add(outlet);
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
        return input.to(
                draft.add(input, filter.name(), filter.description(), FilterOperator.of(filter.name(), predicate)));
    }

    private Flow project(Relation.Project project, List<Integer> needed) {
        Flow input = flow(project.input());
        List<Expression> outputs = needed.stream()
                .map(output -> project.outputs().get(output).reading(input.kept()))
                .toList();
        List<Integer> hashKeys = input.hashKeys() == null ? null : movedKeys(input.hashKeys(), project.outputs());
        RowType columns = Flow.select(project.columns(), needed);
        String unused = IntStream.range(0, project.columns().size())
                .filter(i -> !needed.contains(i) && project.outputs().get(i).column() < 0)
                .mapToObj(i -> project.columns().column(i).name())
                .collect(Collectors.joining(", "));
        if (!unused.isEmpty()) {
            draft.note(project.name(), "nobody reads " + unused + ", so it is not computed");
        }
        Flow renamed = renamed(project, input, needed, outputs, hashKeys);
        if (renamed != null) {
            return renamed;
        }
        List<StageDraft.Outlet> outlets = draft.add(
                input,
                project.name(),
                project.description(),
                MapOperator.of(project.name(), compiler.function(outputs, input.columns())));
        return new Flow(outlets, columns, needed, hashKeys);
    }

    /** The input's rows under other names, if the projection computes nothing and repeats nothing; else null. */
    private static @Nullable Flow renamed(
            Relation.Project project,
            Flow input,
            List<Integer> needed,
            List<Expression> outputs,
            @Nullable List<Integer> hashKeys) {
        List<Integer> kept = new ArrayList<>(Collections.nCopies(input.columns().size(), Flow.UNUSED));
        for (int i = 0; i < outputs.size(); i++) {
            int place = outputs.get(i).column();
            if (place < 0 || kept.get(place) != Flow.UNUSED) {
                return null;
            }
            kept.set(place, needed.get(i));
        }
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < kept.size(); i++) {
            Column column = input.columns().column(i);
            columns.add(
                    kept.get(i) == Flow.UNUSED
                            ? new Column("$unused_" + i, column.type(), column.nullable())
                            : project.columns().column(kept.get(i)));
        }
        return new Flow(input.outlets(), new RowType(columns), kept, hashKeys);
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

    private Flow flatten(Relation.Flattened flattened) {
        Flow input = flow(flattened.input());
        int place = input.place(flattened.column());
        List<Column> columns = new ArrayList<>(input.columns().columns());
        Column element = flattened.columns().column(flattened.column());
        columns.set(place, element);
        List<StageDraft.Outlet> outlets = draft.add(
                input,
                flattened.name(),
                "flatten " + element.name() + ": a row for each element",
                FlattenOperator.of(flattened.name(), place));
        List<Integer> hashed = input.hashKeys();
        boolean lost = hashed == null || hashed.contains(flattened.column());
        return new Flow(outlets, new RowType(columns), input.kept(), lost ? null : hashed);
    }

    private Flow key(Relation.Keyed keyed, List<Integer> needed, Origins origins) {
        Flow input = flow(keyed.input());
        String key = Reasons.names(keyed.columns(), keyed.key());
        if (keyed.key().equals(input.hashKeys())) {
            draft.note(keyed.name(), "no exchange: the stream is already distributed by " + key);
            return input;
        }
        Flow narrow = draft.narrowed(input, keyed.name(), Flow.select(keyed.columns(), needed), needed);
        List<StageDraft.Outlet> behind = draft.exchange(
                narrow,
                keyed.name(),
                narrow.columns(),
                narrow.places(keyed.key()),
                Layouts.rows(narrow.columns(), narrow.places(keyed.key())),
                new TopologyDraft.Reason("the job asks for it with 'key'", origins.leadOut(keyed)));
        return new Flow(behind, narrow.columns(), narrow.kept(), keyed.key());
    }

    private Flow write(Relation.Write write) {
        JobSpec.Sink sink = write.sink();
        RowType columns = write.input().columns();
        List<Integer> all = IntStream.range(0, columns.size()).boxed().toList();
        Flow input = draft.narrowed(flow(write.input()), sink.name().value(), columns, all);
        SinkOperator.KeyPart key = write.key().isEmpty()
                ? null
                : new SinkOperator.KeyPart(
                        write.key(), topics.keyEncoder(sink, Topics.keyColumns(columns, write.key())));
        draft.sinkTopic(sink.topic().value());
        return input.to(draft.add(
                input,
                sink.name().value(),
                "sink",
                Reasons.sink(sink, columns, write.marked()),
                SinkOperator.of(
                        sink.name().value(),
                        sink.topic().value(),
                        topics.valueEncoder(sink, columns),
                        key,
                        write.marked())));
    }

    private Flow flow(Relation relation) {
        Flow flow = flows.get(relation);
        if (flow == null) {
            throw new IllegalStateException(relation.name() + " comes after what reads it");
        }
        return flow;
    }
}
