@echo off
rem Yeban: prepares its own .venv on the first run, then hands over to the command line.
setlocal
set "PYTHONUTF8=1"
if defined YEBAN_PYTHON (
  "%YEBAN_PYTHON%" -I "%~dp0schedules\bootstrap.py" %*
  exit /b %ERRORLEVEL%
)
for %%V in (3.13 3.12 3.11) do (
  py -%%V -c "" >nul 2>&1 && (
    py -%%V -I "%~dp0schedules\bootstrap.py" %*
    goto :done
  )
)
python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>&1 && (
  python -I "%~dp0schedules\bootstrap.py" %*
  goto :done
)
echo Yeban needs Python 3.11 or newer and found none. Install it from python.org, then run this again.
exit /b 4
:done
exit /b %ERRORLEVEL%
