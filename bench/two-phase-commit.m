-- Two-phase commit (TwoPhase.tla): the same transition system as models/two-phase-commit.ts, for Murphi (Rumur, CMurphi).
-- The size is the constant below; bench/rumur.ts replaces it.

const
  RMS: 3;

type
  Rm: 0 .. RMS - 1;
  State: enum { WORKING, PREPARED, COMMITTED, ABORTED };

var
  rmState: array [Rm] of State;
  tmState: enum { INIT, TM_COMMITTED, TM_ABORTED };
  tmPrepared: array [Rm] of boolean;
  msgPrepared: array [Rm] of boolean;
  msgCommit: boolean;
  msgAbort: boolean;

startstate
begin
  for rm: Rm do rmState[rm] := WORKING; tmPrepared[rm] := false; msgPrepared[rm] := false end;
  tmState := INIT;
  msgCommit := false;
  msgAbort := false;
end;

rule "tm commit" tmState = INIT & forall rm: Rm do tmPrepared[rm] end ==> begin tmState := TM_COMMITTED; msgCommit := true; end;
rule "tm abort" tmState = INIT ==> begin tmState := TM_ABORTED; msgAbort := true; end;

ruleset rm: Rm do
  rule "tm receive prepared" tmState = INIT & msgPrepared[rm] ==> begin tmPrepared[rm] := true; end;
  rule "prepare" rmState[rm] = WORKING ==> begin rmState[rm] := PREPARED; msgPrepared[rm] := true; end;
  rule "choose to abort" rmState[rm] = WORKING ==> begin rmState[rm] := ABORTED; end;
  rule "receive commit" msgCommit ==> begin rmState[rm] := COMMITTED; end;
  rule "receive abort" msgAbort ==> begin rmState[rm] := ABORTED; end;
end;

invariant "consistent" !(exists a: Rm do rmState[a] = COMMITTED end & exists b: Rm do rmState[b] = ABORTED end);
