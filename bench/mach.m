-- Mach TLB shootdown (Black et al., ASPLOS 1989): the same transition system as models/mach-shootdown-rules.ts, for
-- Murphi (Rumur, CMurphi). The sizes are the three constants below; bench/rumur.ts replaces them.

const
  CPUS: 2;
  PMAPS: 1;
  ENTRIES: 2;

type
  Cpu: 0 .. CPUS - 1;
  Pmap: 0 .. PMAPS - 1;
  Entry: 0 .. ENTRIES - 1;
  Location: enum { B1, M2, M3, M5, I1, I2, I3, I4, I5, I6, I7, I8, I9, I11, I12, I14, I15, R1, R2, R3, R5, R6, R7, R8 };

var
  pc: array [Cpu] of Location;
  upm: array [Cpu] of Pmap;                     -- the pmap in use
  wpm: array [Cpu] of Pmap;                     -- the pmap being changed
  cur: array [Cpu] of Cpu;
  todo: array [Cpu] of array [Cpu] of boolean;  -- each a set of CPUs
  tlb: array [Cpu] of Entry;
  alock: array [Cpu] of boolean;
  aneed: array [Cpu] of boolean;
  act: array [Cpu] of boolean;
  intr: array [Cpu] of boolean;
  plock: array [Pmap] of boolean;
  pent: array [Pmap] of Entry;
  err: boolean;

procedure must(cond: boolean);
begin
  if !cond then err := true end;
end;

procedure othersUp(p: Cpu);
begin
  for q: Cpu do todo[p][q] := q != p & pc[q] != B1 end;
end;

function empty(p: Cpu): boolean;
begin
  for q: Cpu do if todo[p][q] then return false end end;
  return true;
end;

startstate
begin
  for p: Cpu do
    pc[p] := B1; upm[p] := 0; wpm[p] := 0; cur[p] := p; tlb[p] := 0;
    for q: Cpu do todo[p][q] := false end;
    alock[p] := false; aneed[p] := false; act[p] := true; intr[p] := false;
  end;
  for m: Pmap do plock[m] := false; pent[m] := 0 end;
  err := false;
end;

ruleset p: Cpu do
  ruleset m: Pmap do
    rule "B1" pc[p] = B1 & !plock[m] ==> begin upm[p] := m; tlb[p] := pent[m]; pc[p] := M2; end;
    rule "I1" pc[p] = I1 ==> begin act[p] := false; wpm[p] := m; pc[p] := I2; end;
  end;

  rule "M2" pc[p] = M2 ==> begin must(tlb[p] = pent[upm[p]]); pc[p] := M3; end;
  rule "M3 change" pc[p] = M3 ==> begin pc[p] := I1; end;
  rule "M3 go on" pc[p] = M3 ==> begin pc[p] := M5; end;
  rule "M5" pc[p] = M5 ==> begin if intr[p] then pc[p] := R1 else pc[p] := M2 end; intr[p] := false; end;

  rule "I2" pc[p] = I2 & !plock[wpm[p]] ==> begin plock[wpm[p]] := true; othersUp(p); pc[p] := I3; end;
  ruleset c: Cpu do
    rule "I3" pc[p] = I3 & todo[p][c] ==> begin cur[p] := c; todo[p][c] := false; pc[p] := I4; end;
    rule "I9 inactive" pc[p] = I9 & todo[p][c] & !act[c] ==> begin todo[p][c] := false; end;
    rule "I9 elsewhere" pc[p] = I9 & todo[p][c] & upm[c] != wpm[p] ==> begin todo[p][c] := false; end;
  end;
  rule "I3x" pc[p] = I3 & empty(p) ==> begin othersUp(p); pc[p] := I9; end;
  rule "I4" pc[p] = I4 ==> begin if upm[cur[p]] = wpm[p] then pc[p] := I5 else pc[p] := I3 end; end;
  rule "I5" pc[p] = I5 & !alock[cur[p]] ==> begin alock[cur[p]] := true; pc[p] := I6; end;
  rule "I6" pc[p] = I6 ==> begin aneed[cur[p]] := true; pc[p] := I7; end;
  rule "I7" pc[p] = I7 ==> begin must(alock[cur[p]]); alock[cur[p]] := false; pc[p] := I8; end;
  rule "I8" pc[p] = I8 ==> begin intr[cur[p]] := true; pc[p] := I3; end;
  rule "I9x" pc[p] = I9 & empty(p) ==> begin pc[p] := I11; end;
  ruleset e: Entry do
    rule "I11" pc[p] = I11 ==> begin pent[wpm[p]] := e; pc[p] := I12; end;
  end;
  rule "I12" pc[p] = I12 ==> begin if upm[p] = wpm[p] then tlb[p] := pent[wpm[p]] end; pc[p] := I14; end;
  rule "I14" pc[p] = I14 ==> begin must(plock[wpm[p]]); plock[wpm[p]] := false; pc[p] := I15; end;
  rule "I15" pc[p] = I15 ==> begin act[p] := true; pc[p] := M5; end;

  rule "R1" pc[p] = R1 ==> begin if aneed[p] then pc[p] := R2 else pc[p] := M2 end; end;
  rule "R2" pc[p] = R2 ==> begin act[p] := false; pc[p] := R3; end;
  rule "R3" pc[p] = R3 & !plock[upm[p]] ==> begin must(!alock[p]); alock[p] := true; pc[p] := R5; end;
  rule "R5" pc[p] = R5 ==> begin tlb[p] := pent[upm[p]]; pc[p] := R6; end;
  rule "R6" pc[p] = R6 ==> begin aneed[p] := false; pc[p] := R7; end;
  rule "R7" pc[p] = R7 ==> begin must(alock[p]); alock[p] := false; pc[p] := R8; end;
  rule "R8" pc[p] = R8 ==> begin act[p] := true; pc[p] := R1; end;
end;

invariant "no error" !err;
