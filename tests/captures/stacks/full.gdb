[New LWP 15316]
[New LWP 15317]
[New LWP 15318]
[Thread debugging using libthread_db enabled]
Using host libthread_db library "/lib/x86_64-linux-gnu/libthread_db.so.1".
0x00007fa6f179a545 in __GI___clock_nanosleep (clock_id=clock_id@entry=0, flags=flags@entry=0, req=req@entry=0x7fff33280ce0, rem=rem@entry=0x7fff33280ce0) at ../sysdeps/unix/sysv/linux/clock_nanosleep.c:48

Thread 4 (Thread 0x7fa6f06c56c0 (LWP 15318) "take"):
#0  futex_wait (private=0, expected=2, futex_word=0x55eb63622060 <lock>) at ../sysdeps/nptl/futex-internal.h:146
        __ret = -512
        err = <optimized out>
        err = <optimized out>
        __ret = <optimized out>
        resultvar = <optimized out>
        __arg4 = <optimized out>
        __arg3 = <optimized out>
        __arg2 = <optimized out>
        __arg1 = <optimized out>
        _a4 = <optimized out>
        _a3 = <optimized out>
        _a2 = <optimized out>
        _a1 = <optimized out>
#1  __GI___lll_lock_wait (futex=futex@entry=0x55eb63622060 <lock>, private=0) at ./nptl/lowlevellock.c:49
No locals.
#2  0x00007fa6f1757482 in lll_mutex_lock_optimized (mutex=0x55eb63622060 <lock>) at ./nptl/pthread_mutex_lock.c:48
        __futex = 0x55eb63622060 <lock>
        private = <optimized out>
        private = <optimized out>
        __futex = <optimized out>
#3  ___pthread_mutex_lock (mutex=mutex@entry=0x55eb63622060 <lock>) at ./nptl/pthread_mutex_lock.c:93
        type = <optimized out>
        __PRETTY_FUNCTION__ = "___pthread_mutex_lock"
        id = <optimized out>
#4  0x000055eb6361f168 in take (n=2) at take.c:4
No locals.
#5  0x000055eb6361f175 in shelve (n=<optimized out>) at take.c:5
No locals.
#6  worker (p=<optimized out>) at take.c:6
No locals.
#7  0x00007fa6f17541f5 in start_thread (arg=<optimized out>) at ./nptl/pthread_create.c:442
        ret = <optimized out>
        pd = <optimized out>
        out = <optimized out>
        unwind_buf = {cancel_jmp_buf = {{jmp_buf = {140354974930624, -3545992826094020158, -128, 0, 140734051650368, 140354966540288, 3569096758129924546, 3569094619817253314}, mask_was_saved = 0}}, priv = {pad = {0x0, 0x0, 0x0, 0x0}, data = {prev = 0x0, cleanup = 0x0, canceltype = 0}}}
        not_first_call = <optimized out>
#8  0x00007fa6f17d48ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81
No locals.

Thread 3 (Thread 0x7fa6f0ec66c0 (LWP 15317) "take"):
#0  futex_wait (private=0, expected=2, futex_word=0x55eb63622060 <lock>) at ../sysdeps/nptl/futex-internal.h:146
        __ret = -512
        err = <optimized out>
        err = <optimized out>
        __ret = <optimized out>
        resultvar = <optimized out>
        __arg4 = <optimized out>
        __arg3 = <optimized out>
        __arg2 = <optimized out>
        __arg1 = <optimized out>
        _a4 = <optimized out>
        _a3 = <optimized out>
        _a2 = <optimized out>
        _a1 = <optimized out>
#1  __GI___lll_lock_wait (futex=futex@entry=0x55eb63622060 <lock>, private=0) at ./nptl/lowlevellock.c:49
No locals.
#2  0x00007fa6f1757482 in lll_mutex_lock_optimized (mutex=0x55eb63622060 <lock>) at ./nptl/pthread_mutex_lock.c:48
        __futex = 0x55eb63622060 <lock>
        private = <optimized out>
        private = <optimized out>
        __futex = <optimized out>
#3  ___pthread_mutex_lock (mutex=mutex@entry=0x55eb63622060 <lock>) at ./nptl/pthread_mutex_lock.c:93
        type = <optimized out>
        __PRETTY_FUNCTION__ = "___pthread_mutex_lock"
        id = <optimized out>
#4  0x000055eb6361f168 in take (n=1) at take.c:4
No locals.
#5  0x000055eb6361f175 in shelve (n=<optimized out>) at take.c:5
No locals.
#6  worker (p=<optimized out>) at take.c:6
No locals.
#7  0x00007fa6f17541f5 in start_thread (arg=<optimized out>) at ./nptl/pthread_create.c:442
        ret = <optimized out>
        pd = <optimized out>
        out = <optimized out>
        unwind_buf = {cancel_jmp_buf = {{jmp_buf = {140354983323328, -3545992826094020158, -128, 0, 140734051650368, 140354974932992, 3569097857104681410, 3569094619817253314}, mask_was_saved = 0}}, priv = {pad = {0x0, 0x0, 0x0, 0x0}, data = {prev = 0x0, cleanup = 0x0, canceltype = 0}}}
        not_first_call = <optimized out>
#8  0x00007fa6f17d48ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81
No locals.

Thread 2 (Thread 0x7fa6f16c76c0 (LWP 15316) "take"):
#0  futex_wait (private=0, expected=2, futex_word=0x55eb63622060 <lock>) at ../sysdeps/nptl/futex-internal.h:146
        __ret = -512
        err = <optimized out>
        err = <optimized out>
        __ret = <optimized out>
        resultvar = <optimized out>
        __arg4 = <optimized out>
        __arg3 = <optimized out>
        __arg2 = <optimized out>
        __arg1 = <optimized out>
        _a4 = <optimized out>
        _a3 = <optimized out>
        _a2 = <optimized out>
        _a1 = <optimized out>
#1  __GI___lll_lock_wait (futex=futex@entry=0x55eb63622060 <lock>, private=0) at ./nptl/lowlevellock.c:49
No locals.
#2  0x00007fa6f1757482 in lll_mutex_lock_optimized (mutex=0x55eb63622060 <lock>) at ./nptl/pthread_mutex_lock.c:48
        __futex = 0x55eb63622060 <lock>
        private = <optimized out>
        private = <optimized out>
        __futex = <optimized out>
#3  ___pthread_mutex_lock (mutex=mutex@entry=0x55eb63622060 <lock>) at ./nptl/pthread_mutex_lock.c:93
        type = <optimized out>
        __PRETTY_FUNCTION__ = "___pthread_mutex_lock"
        id = <optimized out>
#4  0x000055eb6361f168 in take (n=0) at take.c:4
No locals.
#5  0x000055eb6361f175 in shelve (n=<optimized out>) at take.c:5
No locals.
#6  worker (p=<optimized out>) at take.c:6
No locals.
#7  0x00007fa6f17541f5 in start_thread (arg=<optimized out>) at ./nptl/pthread_create.c:442
        ret = <optimized out>
        pd = <optimized out>
        out = <optimized out>
        unwind_buf = {cancel_jmp_buf = {{jmp_buf = {140354991716032, -3545992826094020158, -128, 0, 140734051650368, 140354983325696, 3569094558032927170, 3569094619817253314}, mask_was_saved = 0}}, priv = {pad = {0x0, 0x0, 0x0, 0x0}, data = {prev = 0x0, cleanup = 0x0, canceltype = 0}}}
        not_first_call = <optimized out>
#8  0x00007fa6f17d48ec in clone3 () at ../sysdeps/unix/sysv/linux/x86_64/clone3.S:81
No locals.

Thread 1 (Thread 0x7fa6f16c8740 (LWP 15314) "take"):
#0  0x00007fa6f179a545 in __GI___clock_nanosleep (clock_id=clock_id@entry=0, flags=flags@entry=0, req=req@entry=0x7fff33280ce0, rem=rem@entry=0x7fff33280ce0) at ../sysdeps/unix/sysv/linux/clock_nanosleep.c:48
        sc_cancel_oldtype = 0
        sc_ret = <optimized out>
        r = <optimized out>
#1  0x00007fa6f179ee53 in __GI___nanosleep (req=req@entry=0x7fff33280ce0, rem=rem@entry=0x7fff33280ce0) at ../sysdeps/unix/sysv/linux/nanosleep.c:25
        ret = <optimized out>
#2  0x00007fa6f179ed8a in __sleep (seconds=0, seconds@entry=100) at ../sysdeps/posix/sleep.c:55
        save_errno = 0
        max = 4294967295
        ts = {tv_sec = 95, tv_nsec = 881418556}
#3  0x000055eb6361f1c6 in main () at take.c:11
        thread = 140354974930624
[Inferior 1 (process 15314) detached]
